/**
 * Every setting, typed and validated once, with its default and its reason. Settings come from the environment; the
 * table in `docs/configuration.md` is generated from here.
 */
import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

const bool = z.enum(['true', 'false', '1', '0']).transform((v) => v === 'true' || v === '1');
const int = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const oid = z.string().regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'an OID without prefix');
/** A name that this machine's calendar knows. */
const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'the IANA name of a time zone');
/** https; http on this machine alone. */
const isSiteOrigin = (text: string): boolean =>
  /^(https:|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$)/.test(text) &&
  // A URL may hold one, which would match nothing.
  !text.includes('*') &&
  URL.canParse(text) &&
  new URL(text).origin === text;
const siteOrigin = z.string().refine(isSiteOrigin, 'an https origin');
const siteOrigins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .refine((list) => list.every(isSiteOrigin), 'https origins (scheme, host, port; no path, no *), separated by commas');

/** Issuers (RFC 8414 §2): https, or http on this machine alone; no query, no fragment. */
const issuers = z
  .string()
  .transform((list) => list.split(',').map((issuer) => issuer.trim()))
  .refine(
    (list) =>
      list.every((issuer) => /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/]?)[^?#"\\\s]*$/.test(issuer)) &&
      list.every((issuer) => URL.canParse(issuer)),
    'https URLs without query or fragment, separated by commas',
  );

/** A discovery document by its whole URL, whatever its name: https, or http on this machine alone. */
const discovery = z
  .url()
  .regex(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])[^?#\s]*\/\.well-known\/[\w-]+$/,
    'an https URL …/.well-known/…',
  );

/** Where traces are sent: https, or http on this machine alone; nothing secret in it, for it is no secret. */
const collector = z
  .url()
  .regex(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$))[^?#@\s]*$/,
    'an https URL without user, query or fragment',
  )
  .transform((url) => url.replace(/\/+$/, ''));

/** Addresses and networks, none of which is everybody. */
const networks = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .refine(
    (list) =>
      list.every((entry) => {
        const [address = '', prefix, ...rest] = entry.split('/');
        const family = isIP(address);
        if (family === 0 || address.includes('%') || rest.length > 0) return false;
        return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
      }),
    'addresses or networks such as 10.1.0.0/16, separated by commas; not a whole family (/0)',
  );

/** PS_IdNat of persons. */
const persons = z
  .string()
  .transform((list) => list.split(',').map((id) => id.trim()))
  .refine(
    (list) => list.every((id) => /^\d{9,15}(\/[\w.-]{1,40})?$/.test(id)),
    'PS_IdNat such as 899700101233 or 3990100109/DIR-01, separated by commas',
  );

/** `HH:MM-HH:MM`, in minutes since midnight; what ends before it begins goes on after midnight. */
const hours = (usual: string) =>
  z
    .string()
    .regex(
      /^(always|[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d(,[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d)*)$/,
      '`always`, or times such as 20:00-07:00, separated by commas',
    )
    .default(usual)
    .transform((text) =>
      (text === 'always' ? '00:00-24:00' : text).split(',').map((window) => {
        const [from = 0, to = 0] = window.split('-').map((t) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3)));
        return { from, to };
      }),
    )
    .refine((windows) => windows.every(({ from, to }) => from < 1440 && to <= 1440 && from !== to), 'times of the day');
const listOf = (usual: string, each: RegExp, what: string) =>
  z
    .string()
    .default(usual)
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .refine((list) => list.every((entry) => each.test(entry)), `${what}, separated by commas`);

/** Where the audit trail is sent: nowhere, a FHIR server, or a syslog receiver; nothing is ever sent in clear. */
function isFeed(text: string): boolean {
  if (text === 'none') return true;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.search || url.hash || url.hostname === '') return false;
  return url.protocol === 'https:' || (url.protocol === 'syslog-tls:' && ['', '/'].includes(url.pathname));
}

/** One row a setting: schema (with default) and why it exists. */
export const settings = {
  PORT: [int(0, 65535).default(8080), 'TCP port of the façade; 0 lets the system choose.'],
  HOST: [
    z.string().default('127.0.0.1'),
    'Address to listen on. Put a TLS proxy in front before you open it, or give TLS_CERT.',
  ],
  TLS_CERT: [
    z.string().optional(),
    'PEM of the façade’s own server certificate (with its chain): it then speaks HTTPS itself, and HTTP no more. Absent: plain HTTP, for a TLS proxy in front.',
  ],
  TLS_KEY: [z.string().optional(), 'PEM of its private key.'],
  TLS_CLIENT_CA: [
    z.string().optional(),
    'PEM of the authorities, up to their root, that vouch for clients’ certificates (IGC-Santé): clients are asked for theirs (mutual TLS), which tokens can be bound to (docs/access.md).',
  ],
  TLS_CLIENT_CERT: [
    z.enum(['ask', 'require']).default('ask'),
    'With TLS_CLIENT_CA: `require` takes no connection without a certificate, also for /health and /metadata; `ask` leaves it to the token whether one is needed.',
  ],
  TRUSTED_PROXIES: [
    networks.optional(),
    'Addresses or networks (CIDR) of the reverse proxies in front, separated by commas: only their `Client-Cert` (RFC 9440) and `X-Forwarded-For` are believed, and they must remove what clients send under these names.',
  ],
  PUBLIC_URL: [
    z.url().optional(),
    'Base URL that clients see (without /fhir); by default http://localhost:PORT, https with TLS_CERT.',
  ],
  DATA_DIR: [
    z.string().default('data'),
    'Where the embedded database, the throw-away PKI, the keys and the spool live.',
  ],
  DATABASE_URL: [z.string().optional(), 'An external PostgreSQL; when absent the app starts its own in DATA_DIR.'],
  STORE_KEY: [
    z.string().optional(),
    'Base64 of 32 bytes: encrypts the keys with which the store encrypts what it holds of persons (docs/keys.md). By default made in DATA_DIR on first start.',
  ],
  STORE_KEY_PREVIOUS: [
    z.string().optional(),
    'The STORE_KEY before a change of it (several: with commas). The first start with both moves the database to the new one; then this can go.',
  ],
  LOG_LEVEL: [z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'), 'Verbosity of the structured log.'],

  DRAIN_SECONDS: [
    int(0, 600).default(0),
    'How long a façade that was told to stop goes on answering, with 503 at /health/ready and `Connection: close`, so that a load balancer takes it out before the socket is closed. 0: nobody asks.',
  ],
  METRICS_PORT: [
    int(0, 65535).optional(),
    'TCP port of /metrics (Prometheus), a listener of its own; 0 lets the system choose. Absent: there is none.',
  ],
  METRICS_HOST: [
    z.string().default('127.0.0.1'),
    'Address of that listener. Elsewhere than on this machine it needs TLS_CERT (it then speaks HTTPS with it) and METRICS_TOKEN_FILE.',
  ],
  METRICS_TOKEN_FILE: [
    z.string().optional(),
    'File with the bearer token (32 characters at least) that whoever reads /metrics must show; read again each time, so that it can be renewed. Absent: none is asked on this machine.',
  ],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    collector.optional(),
    'Base URL of an OpenTelemetry collector (OTLP over HTTP; `/v1/traces` is added): https, or http on this machine alone. Absent: no traces are made.',
  ],
  TRACE_TO_DMP: [
    bool.default(true),
    'Whether calls of the DMP carry `traceparent` (W3C Trace Context: random numbers, nobody’s) when the request is part of a trace. Whether the DMP reads it is not public; a server ignores header fields that it does not know (RFC 9110 §5.1).',
  ],

  AUTH_ISSUER: [z.string().default('urn:dmp-fhir:demo'), 'Value required in `iss` of the tokens of another issuer.'],
  AUTH_AUDIENCE: [z.string().optional(), 'Value required in their `aud`; by default the FHIR base URL.'],
  AUTH_JWKS: [
    z.string().optional(),
    'Path or https URL of the JWKS that verifies the tokens of another issuer (JWT). Absent: none of them is taken, only those of the façade’s own authorization server.',
  ],

  AUTH_SERVERS: [
    issuers.optional(),
    'Issuer URLs of the authorization servers that give tokens for this API, separated by commas: published as `authorization_servers` (RFC 9728), so that a client finds where to ask. Absent: the façade’s own (docs/authorization.md).',
  ],
  ACCESS_TOKEN_SECONDS: [
    int(30, 3600).default(300),
    'Life of an access token of the façade’s own authorization server; never beyond its session (IUA recommends 5 minutes, allows 1 h).',
  ],
  SESSION_SECONDS: [
    int(60, 14_400).default(14_400),
    'How long after the authentication by Pro Santé Connect a professional’s session lasts here, with its refresh tokens: theirs ends after 4 h.',
  ],
  OAUTH_KEY_DAYS: [
    int(1, 3650).default(90),
    'After how many days the authorization server takes a new key for its ID tokens and cookies, by itself (docs/keys.md).',
  ],
  AUTH_TOKEN_MAX_AGE: [
    int(60, 86_400).default(14_400),
    'Seconds after its `iat` at which a token is refused, whatever its `exp`: a Pro Santé Connect session ends after 4 h.',
  ],
  DOCS_CLIENT_ID: [
    z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'printable, without blanks')
      .optional(),
    'Client that the interactive reference (/docs/api) signs in as: public, registered with the redirect URI …/docs/api/oauth2-redirect.html. Absent: whoever tries calls types one, or pastes a token.',
  ],
  CORS_ORIGINS: [
    siteOrigins.optional(),
    'Origins of the browser apps that may call the API, exactly (`https://app.example`), separated by commas. Absent: none; what is open (/metadata, discovery, definitions) is so from everywhere.',
  ],
  RATE_LIMIT_CLIENT: [
    int(0, 10_000_000).default(6000),
    'Requests that one client (`client_id`) may make at once, and again within a minute (429 beyond); 0: no limit. Each instance counts for itself.',
  ],
  RATE_LIMIT_LOGIN: [
    int(0, 10_000_000).default(600),
    'Steps of a login (pages and their forms) that one address may take at once, and again within a minute; 0: no limit.',
  ],
  RATE_LIMIT_TOKENS: [
    int(0, 10_000_000).default(600),
    'Access tokens that one client gets at once, and again within a minute; 0: no limit.',
  ],
  RATE_LIMIT_CIBA: [
    int(0, 10_000_000).default(6),
    'Times that one professional’s device may be made to ring (CIBA) at once, and again within a minute: nobody is asked until they give in. 0: no limit.',
  ],
  RATE_LIMIT_REFUSED: [
    int(0, 10_000_000).default(600),
    'Refusals with 401 that one address (IPv6: one /64) gets at once, and again within a minute; then 429 in their place. Good tokens pass in any case. 0: no limit.',
  ],

  PSC_DISCOVERY: [
    discovery.optional(),
    'URL of Pro Santé Connect’s discovery document, whole, for its name is not the standard one (`…/.well-known/wallet-openid-configuration`, auth §1.1). Absent: nobody is authenticated by Pro Santé Connect here. `http:` only for localhost, and never in production.',
  ],
  PSC_ISSUER: [
    z.url().optional(),
    'The issuer that the document must name; by default what stands before `/.well-known/` in PSC_DISCOVERY.',
  ],
  PSC_CLIENT_ID: [z.string().min(1).optional(), 'The `client_id` of this façade at Pro Santé Connect.'],
  PSC_CLIENT_AUTH: [
    z.enum(['private_key_jwt', 'tls_client_auth', 'client_secret_basic']).default('private_key_jwt'),
    'How it proves there who it is: an assertion signed with PSC_CLIENT_KEY, mutual TLS with PSC_CLIENT_CERT (the « Espace de Confiance » wants it), or the secret of PSC_CLIENT_SECRET_FILE.',
  ],
  PSC_CLIENT_KEY: [
    z.string().optional(),
    'File of the private key, PEM (PKCS#8) or JWK (with its `kid`): RSA (RS256) or P-256 (ES256) for assertions, PEM for mutual TLS.',
  ],
  PSC_CLIENT_CERT: [z.string().optional(), 'PEM of the client certificate, with its chain, for `tls_client_auth`.'],
  PSC_CLIENT_SECRET_FILE: [z.string().optional(), 'File that holds the client secret, for `client_secret_basic`.'],
  PSC_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for Pro Santé Connect’s TLS certificates; by default those of Node.',
  ],
  PSC_TIMEOUT_MS: [int(100, 60_000).default(10_000), 'How long Pro Santé Connect may take to answer one request.'],
  PSC_EXCHANGE_CLIENTS: [
    z
      .string()
      .transform((list) => list.split(',').map((id) => id.trim()))
      .optional(),
    'Clients of Pro Santé Connect (`client_id` there, separated by commas) whose access tokens may be exchanged here; absent: of all of them.',
  ],
  EXCHANGE_TOKEN_SECONDS: [
    int(30, 14_400).default(3600),
    'Life of a token that was exchanged; never beyond the session of Pro Santé Connect (SESSION_SECONDS after its authentication).',
  ],

  JWKS_PRIVATE_ADDRESSES: [
    bool.default(false),
    'Whether the keys of a client (`jwksUri`) may be fetched from a private address (RFC 1918 and the like): for servers inside the establishment.',
  ],
  JWKS_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for the TLS certificates of those addresses; by default those of Node.',
  ],

  DMP_URL: [
    z.string().optional(),
    'Base URL up to `/si-dmp-server/v2/services`; when absent `npm start` runs the simulator.',
  ],
  DMP_TLS_CERT: [z.string().optional(), 'PEM of the structure’s AUTH_CLI certificate (with its chain).'],
  DMP_TLS_KEY: [z.string().optional(), 'PEM of its private key.'],
  DMP_SIGN_CERT: [z.string().optional(), 'PEM of the structure’s SIGN (cachet) certificate, followed by its chain.'],
  DMP_SIGN_KEY: [z.string().optional(), 'PEM of its private key.'],
  DMP_CA: [z.string().optional(), 'PEM of the authorities that vouch for the DMP’s TLS certificate.'],
  DMP_TIMEOUT_MS: [
    int(100, 600_000).default(30_000),
    'How long an answer may take to begin and, again, between two of its bytes.',
  ],
  DMP_CONNECTIONS: [
    int(1, 256).default(10),
    'Size of the keep-alive pool of mutual-TLS connections; each structure has its own.',
  ],
  DMP_STRUCTURES_OPEN: [
    int(1, 10_000).default(100),
    'Structures whose connections and signed VIHF are kept at once; beyond, those of the structure that is longest unused are closed, as are all after some minutes without a call.',
  ],
  DMP_MAX_ANSWER_BYTES: [int(1024, 2 ** 31).default(64 * 1024 * 1024), 'Largest SOAP answer, attachments apart.'],
  VIHF_VERSION: [z.enum(['3.0', '4.0']).default('3.0'), 'All samples say 3.0, one guide says 4.0 (dmp-wire §2.2).'],
  VIHF_SIGNATURE: [
    z.enum(['rsa-sha256', 'rsa-sha1']).default('rsa-sha256'),
    'The ANS sample of 2024 uses SHA-256, older ones SHA-1 (dmp-wire §2.4).',
  ],
  VIHF_AIR_CONTEXT_DECL: [
    z.string().default('APP_BROWSER_AUTH'),
    'AuthnContextDecl in INDIRECTE_RENFORCEE; `CONF_EXI_PGSSIS` for “AIR simplifié” (auth §1.3).',
  ],
  VIHF_CONTEXT_CLASS: [
    z.string().default('urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'),
    'AuthnContextClassRef (dmp-wire §2.1).',
  ],
  VIHF_CACHE_SECONDS: [
    int(0, 300).default(20),
    'How long a signed VIHF is used again for the same person, patient and purpose, within the life of the token; 0: each call has its own. The DMP’s own limit is not public (dmp-wire §2.1).',
  ],
  XADES_DIGEST: [
    z.enum(['sha1', 'sha256']).default('sha1'),
    'Digest of the set’s XAdES 1.1.1 signature; SHA-1 is what the DMP’s samples use (dmp-wire §3.8).',
  ],
  XDS_SEND_HASH: [
    bool.default(true),
    'Send hash and size in ITI-41; the DMP’s samples omit them, an ANS client sends them (dmp-wire §3.2).',
  ],
  REPOSITORY_UNIQUE_ID: [
    oid.default('1.2.250.1.213.4.1.1.1.2'),
    'repositoryUniqueId of the DMP (dmp-wire §3.2; the production value is presumed the same).',
  ],

  STRUCTURE_ID: [z.string().default('1990100109'), 'Struct_IdNat of the establishment: the OU of its certificates.'],
  STRUCTURE_NAME: [z.string().default('EHPAD FICTIF LE VERGER'), 'Its name, as in its certificates.'],
  STRUCTURE_SECTOR: [
    z.string().default('SA17'),
    'Its activity sector (JDV_J61), also the default facility type of a deposit.',
  ],
  STRUCTURE_PRACTICE_SETTING: [z.string().default('ESSMS'), 'Default practice setting of a deposit (TRE_A01).'],
  STRUCTURE_CONTENT_TYPE: [
    z.string().default('11'),
    'Default contentTypeCode of a submission set (JDV_J59, code system 1.2.250.1.213.2.2).',
  ],
  STRUCTURE_ADMINISTRATORS: [
    persons.optional(),
    'PS_IdNat of its administrators, separated by commas: they read its audit and register its clients, and read no record by that.',
  ],
  STRUCTURE_PROFESSIONALS: [
    persons.optional(),
    'PS_IdNat of professionals who act here although Pro Santé Connect lists no activity of theirs here (visiting physicians), separated by commas.',
  ],
  INSTALLATION_ADMINISTRATORS: [
    persons.optional(),
    'PS_IdNat of who may register structures, and clients for several of them, by the admin API (docs/registration.md). Absent: nobody; the command line can.',
  ],
  REGISTRY_POLL_SECONDS: [
    int(1, 3600).default(2),
    'How soon an instance sees what was registered, changed or withdrawn by another one or by the command line; also how often the files of DMP_TLS_CERT … are looked at for newer ones.',
  ],
  CERTIFICATE_WARNING_DAYS: [
    z
      .string()
      .regex(/^\d{1,4}(,\d{1,4})*$/, 'numbers of days, separated by commas')
      .default('60,30,7')
      .transform((list) => [...new Set(list.split(',').map(Number))].sort((a, b) => b - a)),
    'Days before the end of a certificate at which it is warned of, in the log and in /health/ready; below the least of them the log says error.',
  ],
  CERTIFICATE_CHECK_HOURS: [
    int(1, 168).default(12),
    'How often the log says which certificates end soon; it does at start too.',
  ],
  LPS_NAME: [z.string().default('DMP-FHIR'), 'Name of the software, as declared at homologation.'],
  LPS_VERSION: [z.string().default('0.1.0'), 'Its version.'],
  LPS_ID: [z.string().default('DEMO-0001'), 'Serial number of this installation.'],
  LPS_HOMOLOGATION: [
    z.string().default('HOMOL-FICTIVE-0001'),
    'Homologation number: a secret of the vendor, never logged.',
  ],
  LPS_OID: [
    oid.default('2.16.840.1.113883.19.7602'),
    'OID arc of this installation: sourceId of the sets, root of the uniqueIds that the façade mints.',
  ],

  ENVIRONMENT: [
    z.enum(['test', 'training', 'production']).default('test'),
    'In production test INS (OID .10, .11) are refused and production ones (.8, .9) expected. `training`: the DMP’s « environnement de formation », which takes 20 documents a day (FEED_DAILY_CAP); else as `test`.',
  ],
  CONSENT_FEEDING: [
    z.enum(['recorded', 'presumed']).default('recorded'),
    'Whether a deposit needs the patient’s non-opposition on record (`Consent`, topic feeding), or only stops at a recorded opposition.',
  ],
  CONSENT_CONSULTATION: [
    z.enum(['recorded', 'presumed']).default('recorded'),
    'Whether reading a record needs the patient’s consent on record (topic consultation), or only stops at a recorded refusal.',
  ],
  TIME_ZONE: [
    timeZone.default('Europe/Paris'),
    'Where a day begins and ends that a Consent says without time (`dateTime`, `provision.period`), and whose working hours take-overs keep: IANA name, such as `Indian/Reunion`.',
  ],
  AUTHORIZATION: [
    z.enum(['declare', 'check', 'dmp']).default('declare'),
    'Before a professional reads a record, the DMP’s authorisation must be valid: `declare` asks for its status (TD0.2) and declares it (TD0.3) when the patient consents and it is absent or expired (EX_0.3-1010); `check` only asks and refuses; `dmp` leaves it to the DMP.',
  ],
  AUTHORIZATION_WORDS: [
    z
      .string()
      .regex(/^[\w-]+,[\w-]+,[\w-]+$/, 'three words, separated by commas')
      .default('EXPIRE,NON_EXISTE,INTERDIT')
      .transform((words) => words.split(',') as [expired: string, none: string, forbidden: string]),
    'The DMP’s words for an authorisation that has expired, that is absent, and that the patient forbade: only VALIDE is confirmed (dmp-wire §6).',
  ],
  AUTHORIZATION_TTL_SECONDS: [
    int(0, 86_400).default(14_400),
    'How long a valid authorisation is believed before the DMP is asked again (dmp-wire §8: no TD0.2 without need).',
  ],
  BREAK_GLASS_MINUTES: [
    int(1, 240).default(30),
    'Time-box of « bris de glace », from the issue of its token; later calls are refused.',
  ],
  BREAK_GLASS_REASON_MIN: [
    int(1, 400).default(20),
    'Characters of substance that the reason of « bris de glace » must have.',
  ],
  REGULATION_STRUCTURE: [
    bool.default(false),
    'Whether the establishment that the settings name (STRUCTURE_ID) is an emergency regulation centre: only then, and for it alone, is the purpose `centre_15` accepted.',
  ],
  IDENTITY_QUALIFIED: [
    z.enum(['required', 'presumed']).default('required'),
    'A deposit needs a qualified identity (fr-core identityReliability VALI and an INS), said in its Patient or fed before (ITI-104). `presumed`: what says nothing of it passes; what says otherwise never does.',
  ],
  IDENTITY_TRAITS: [
    z.enum(['warn', 'refuse']).default('warn'),
    'What happens when the traits of an identity differ from those that the DMP answers (EX_GEN-1270).',
  ],
  LOCAL_ID_SYSTEMS: [
    z
      .string()
      .regex(/^urn:oid:[\d.]+(,urn:oid:[\d.]+)*$/)
      .default('urn:oid:2.16.840.1.113883.19.7602.9')
      .transform((list) => list.split(',')),
    'Domains of the establishment’s own patient identifiers (IPP), as `urn:oid:…`, separated by commas; the first is the one of sourcePatientId.',
  ],
  WITHDRAWN_TRANSACTIONS: [
    bool.default(false),
    'Serve the administrative transactions that the DMP has withdrawn (TD1.1, TD1.2, TD1.3b, TD1.4): for a DMP that still takes them.',
  ],
  DMP_WEB_URL: [
    siteOrigin.optional(),
    'Origin of the DMP’s web site for professionals (TD0.9, TD0.10); its host is given with the homologation. When absent `$web-access` is not served, or leads to the simulator’s stand-in when `npm start` runs it.',
  ],
  HABILITATION_MATRIX: [
    z.string().optional(),
    'JSON file of the matrix of habilitations (profession × document type), in the format of docs/habilitations.md: read rights are explained from it. The official one is not machine-readable.',
  ],
  PROFESSIONS_FILE: [
    z.string().optional(),
    'JSON file of professions beside those of JDV_J65, with the roles that a VIHF carries for them, in the format of docs/professions.md.',
  ],
  DELETED_STATUS: [
    z.enum(['entered-in-error', 'superseded']).default('entered-in-error'),
    'Status that a deleted document shows: PDSm4DMP writes both (its TD3.3c), PDSm’s value set lacks `entered-in-error`. A PATCH may say either.',
  ],
  ALLOW_HIDING: [
    bool.default(false),
    'Whether a PATCH may hide a document that the patient or the representatives see already: TD3.3b, as published, only makes visible (dmp-wire §1.2).',
  ],
  PATIENT_TRAITS: [
    z.enum(['show', 'withhold']).default('show'),
    'Software must not display the DMP’s identity traits instead of its own (RG_0320): `withhold` leaves them out.',
  ],
  PDFA: [
    z.enum(['warn', 'refuse', 'ignore']).default('warn'),
    'What happens to a PDF that does not declare PDF/A-1, the only PDF that CI-SIS allows.',
  ],
  MAX_BODY_BYTES: [int(1024, 2 ** 31).default(40 * 1024 * 1024), 'Largest request body (413 beyond).'],
  MAX_DOCUMENT_BYTES: [
    int(1024, 2 ** 31).default(20 * 1024 * 1024),
    'Largest document at deposit (no public source gives the DMP’s own limit).',
  ],
  PAGE_SIZE: [int(1, 1000).default(50), '`_count` when the client gives none.'],
  PAGE_SIZE_MAX: [int(1, 1000).default(500), 'Largest `_count` served.'],
  SEARCH_TTL_SECONDS: [int(10, 86_400).default(600), 'How long the pages of one search stay readable.'],
  RELATIONS: [
    bool.default(true),
    'Show `relatesTo`: one more stored query for the documents of a page. The search by `relatesto` asks in any case.',
  ],
  RELATIONS_BATCH: [
    int(1, 1000).default(100),
    'Documents that one GetAssociations or GetDocuments asks about; the CNAM’s own pattern is 20 (fhir A.7).',
  ],
  REFERENCE_ID_TYPES: [
    z
      .string()
      .regex(/^(urn:[\w:.-]+(,urn:[\w:.-]+)*)?$/)
      .default(
        [
          'urn:ihe:iti:xds:2013:uniqueId',
          'urn:ihe:iti:xds:2013:accession',
          'urn:ihe:iti:xds:2013:referral',
          'urn:ihe:iti:xds:2013:order',
          'urn:ihe:iti:xds:2013:workflowInstanceId',
          'urn:ihe:iti:xds:2015:encounterId',
          'urn:ihe:iti:xds:2016:studyInstanceUID',
        ].join(','),
      )
      .transform((list) => list.split(',').filter((type) => type !== '')),
    'Types that a reference id (`related`) may have here: FindDocumentsByReferenceId asks for an id with its type. Empty: `related` is looked for among all documents.',
  ],
  SPLIT_CALLS: [
    int(1, 1000).default(64),
    'Stored queries that one search may cause when the registry finds its answer too large (XDSTooManyResults).',
  ],

  NEWS_FIRST_YEARS: [
    int(1, 100).default(2),
    'How far back a first `$whats-new` looks, by serviceStartTime: 2 years is the CNAM’s recommendation (fhir A.7).',
  ],
  NEWS_BATCH: [
    int(1, 500).default(20),
    'Sets or documents that one GetAssociations or GetDocumentsAndAssociations of `$whats-new` asks about (fhir A.7).',
  ],
  NEWS_OVERLAP_SECONDS: [
    int(0, 86_400).default(900),
    '`$whats-new` looks this far back before `since`: a set carries the clock of its author, and arrives after it was made.',
  ],
  NEWS_MAX_DOCUMENTS: [int(1, 100_000).default(5000), 'Documents that one `$whats-new` collects at most.'],

  SUBSCRIPTION_ENDPOINTS: [
    z.string().optional(),
    'Where notifications may be sent: URL prefixes, separated by commas (`https://app.example/hooks/`). By default nowhere. `http:` only for localhost, and never in production.',
  ],
  SUBSCRIPTION_PRIVATE_ADDRESSES: [
    bool.default(false),
    'Whether a receiver may live at a private address (RFC 1918 and the like): for receivers inside the establishment.',
  ],
  SUBSCRIPTION_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for receivers’ TLS certificates; by default those of Node.',
  ],
  SUBSCRIPTION_TIMEOUT_MS: [int(100, 60_000).default(10_000), 'How long a receiver may take to answer.'],
  SUBSCRIPTION_POLL_SECONDS: [
    int(1, 14_400).default(900),
    'Time between two looks into a record where nothing happens (± 20 %).',
  ],
  SUBSCRIPTION_POLL_FLOOR_SECONDS: [
    int(1, 14_400).default(120),
    'The same after news: doubles with every quiet look, up to SUBSCRIPTION_POLL_SECONDS. Never less.',
  ],
  SUBSCRIPTION_RETRIES: [int(0, 50).default(8), 'Further attempts to deliver a notification before status `error`.'],
  SUBSCRIPTION_RETRY_SECONDS: [
    int(1, 3600).default(10),
    'Time before the first further attempt; doubles with each, up to one hour.',
  ],
  SUBSCRIPTION_SESSION_SECONDS: [
    int(60, 14_400).default(14_400),
    'How long after the professional’s authentication a subscription may search in their name: a session ends after 4 h.',
  ],
  SUBSCRIPTION_ENDS_WITH: [
    z.enum(['session', 'token']).default('session'),
    'Whether such a subscription outlives the access token that asked for it (tokens are renewed, sessions are not).',
  ],
  SUBSCRIPTION_LOCAL_SECONDS: [
    int(60, 31_536_000).default(2_592_000),
    'How long a subscription lives that only hears of deposits made here (no session is used).',
  ],
  SUBSCRIPTION_MAX_PER_CALLER: [int(1, 1000).default(100), 'Living subscriptions of one person through one client.'],
  SUBSCRIPTION_MAX_PER_PATIENT: [int(1, 1000).default(50), 'Living subscriptions to one patient.'],
  SUBSCRIPTION_KEEP_SECONDS: [
    int(60, 31_536_000).default(604_800),
    'How long an ended subscription can be read, with the reason of its end.',
  ],
  SUBSCRIPTION_TICK_MS: [
    int(0, 60_000).default(2000),
    'How often an instance looks for subscriptions that are due; 0: this instance leaves them to others.',
  ],

  FEED_TICK_MS: [
    int(0, 60_000).default(1000),
    'How often an instance looks whether deposits of the feed (docs/feeding.md) may be submitted; 0: this instance leaves them to others.',
  ],
  FEED_RETRIES: [
    int(0, 1000).default(20),
    'Further attempts at a deposit of the feed that failed for what can pass, before it is given up (it can be queued again by hand). The default spans twelve hours.',
  ],
  FEED_RETRY_SECONDS: [
    int(0, 3600).default(10),
    'Time before the first of them; doubles with each, up to FEED_RETRY_MAX_SECONDS; each falls at random into the second half of its time.',
  ],
  FEED_RETRY_MAX_SECONDS: [int(1, 86_400).default(3600), 'Longest time between two attempts.'],
  FEED_KEEP_SECONDS: [
    int(60, 315_360_000).default(7_776_000),
    'How long a deposit of the feed that has ended (also one that was refused or given up) can be read as Task, and queued again.',
  ],
  FEED_PACE: [
    int(0, 1000).default(4),
    'Submissions (TD2.1) of one structure and software in any second, over all instances: the DMP asks for fewer than 5 (dmp-wire §8). 0: no limit. Every instance must say the same.',
  ],
  FEED_PACE_MARGIN_MS: [
    int(1, 5000).default(100),
    'How late a submission may leave after its turn: turns are as much further apart, so that lateness never brings two closer than FEED_PACE allows. A turn that comes later is lost, and asked for again.',
  ],
  FEED_PATIENCE_MS: [
    int(0, 60_000).default(10_000),
    'How long a deposit that its caller waits for may wait for its turn before 429.',
  ],
  FEED_DAILY_CAP: [
    int(0, 10_000_000).optional(),
    'Documents that one structure and software may submit in a day of Paris; 0: no limit. Absent: 20 with ENVIRONMENT=training (dmp-wire §8), else no limit.',
  ],
  FEED_CONCURRENCY: [
    int(1, 256).default(8),
    'Submissions of one structure that the queue has under way at once, over all instances: enough for a DMP that takes two seconds an answer at the default pace.',
  ],
  FEED_TAKEOVER_HOURS: [
    hours('20:00-07:00'),
    'When documents of the past are submitted on working days, in TIME_ZONE; other days are free altogether: the DMP asks for hours when nobody works (dmp-wire §8). `always`: at any time.',
  ],
  FEED_WORKING_DAYS: [
    listOf('mon,tue,wed,thu,fri', /^(mon|tue|wed|thu|fri|sat|sun)$/, 'days such as mon'),
    'Days of the week on which FEED_TAKEOVER_HOURS hold, public holidays excepted.',
  ],
  FEED_HOLIDAYS_REGION: [
    z.string().default('FR'),
    'Whose public holidays are no working days: `FR`; with a part, such as `FR-57`, `FR-67`, `FR-68` (Alsace-Moselle), `FR-RE`, `FR-GP`; `NC`, `PF`, `PM`, `WF`; `none`.',
  ],
  FEED_SLOW_MS: [
    int(0, 600_000).default(8000),
    'Above this time for an answer, smoothed, the DMP counts as slow and the pace is halved; it recovers step by step. 0: only failures halve it.',
  ],
  FEED_BREAKER_FAILURES: [
    int(0, 1000).default(5),
    'Submissions in a row that the DMP failed (no connection, no answer, HTTP 5xx; refusals do not count) before none is sent any more for FEED_BREAKER_SECONDS; 0: never.',
  ],
  FEED_BREAKER_SECONDS: [
    int(1, 3600).default(30),
    'How long then; after it one submission alone is tried, and as long as that fails the time doubles, up to 16 times.',
  ],
  FEED_BACKLOG_MAX: [
    int(1, 100_000_000).default(10_000),
    'Live deposits of a structure that may wait in the queue before more are refused (429). Take-overs are not counted and not refused.',
  ],
  FEED_BACKLOG_MAX_SECONDS: [
    int(1, 31_536_000).default(14_400),
    'How long the oldest of them that could go may have waited before more are refused (429).',
  ],
  FEED_NOTICE_DOCUMENTS_PER_DAY: [
    int(1, 100_000_000).default(30_000),
    'Documents a day of one structure beyond which the CNAM must be told beforehand (dmp-wire §8): a take-over planned for more waits until that is confirmed.',
  ],
  FEED_NOTICE_TO: [
    listOf(
      'dmp-moamoe.cnam@assurance-maladie.fr,dlfr-dmp1-expl-gds@worldline.com',
      /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/,
      'mail addresses',
    ),
    'Whom the message to the CNAM is addressed to, separated by commas. It is prepared, never sent.',
  ],

  AUDIT_CHECKPOINT_RECORDS: [
    int(1, 1_000_000).default(1000),
    'After so many records of an instance the audit trail is signed (docs/audit.md).',
  ],
  AUDIT_CHECKPOINT_SECONDS: [
    int(1, 86_400).default(60),
    'At the latest so long after a record the audit trail is signed: what is cut off its end in between, when an instance dies, cannot be proven.',
  ],
  AUDIT_CHECKPOINT_FILE: [
    z.string().optional(),
    'File that every checkpoint of the audit trail is appended to, best on a medium that cannot be rewritten. The log holds them in any case (level info).',
  ],
  AUDIT_SIGNING_KEY: [
    z.string().optional(),
    'File with the private key (PEM, Ed25519 or P-256) that signs the audit trail. Absent: the store makes one and keeps it encrypted.',
  ],
  AUDIT_SIGNING_KEY_PREVIOUS: [
    z.string().optional(),
    'The AUDIT_SIGNING_KEY before a change of it: it signs for the new one once, at the first start with both.',
  ],
  AUDIT_RETENTION_YEARS: [
    int(1, 100).default(10),
    'How long records must be kept: `npm run audit:prune` deletes nothing younger. 10 years is an assumption (docs/audit.md).',
  ],
  AUDIT_FEED: [
    z.string().refine(isFeed, '`none`, an https URL, or syslog-tls://host:port').default('none'),
    'Where every record is sent as well (ITI-20): `none`; the https base URL of a FHIR server (batches of AuditEvent); or `syslog-tls://host:6514` (DICOM audit messages, RFC 5424 over TLS).',
  ],
  AUDIT_FEED_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for the receiver’s TLS certificate; by default those of Node.',
  ],
  AUDIT_FEED_CERT: [z.string().optional(), 'PEM of our certificate (with its chain) for a receiver that asks for one.'],
  AUDIT_FEED_KEY: [z.string().optional(), 'PEM of its private key.'],
  AUDIT_FEED_TOKEN: [
    z.string().optional(),
    'File with the bearer token for a FHIR receiver; read again for every batch, so that it can be renewed.',
  ],
  AUDIT_FEED_BATCH: [int(1, 500).default(100), 'Records sent at once.'],
  AUDIT_FEED_TIMEOUT_MS: [int(100, 600_000).default(30_000), 'How long the receiver may take for a batch.'],
  AUDIT_FEED_TICK_MS: [
    int(0, 60_000).default(2000),
    'How often an instance looks for records to send; 0: this instance leaves them to others.',
  ],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

type Values = { [K in keyof typeof settings]: z.output<(typeof settings)[K][0]> };
/** Typed settings plus the few values that are derived from them. */
export type Config = Values & {
  /** absolute */
  dataDir: string;
  /** e.g. `http://localhost:8080/fhir` */
  fhirBase: string;
};

/** The façade's own authorization server, beside the FHIR base. It follows it where the port is chosen late. */
export const issuerOf = ({ fhirBase }: Pick<Config, 'fhirBase'>): string => fhirBase.replace(/fhir$/, 'oauth');

/** A setting that is not valid: the message names it, gives its reason, and never repeats its value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** A setting that is wrong for another reason than its form: said with its name and reason, never its value nor what a file holds. */
export const settingError = (name: keyof typeof settings, what: string): ConfigError =>
  new ConfigError(`${name}: ${what} — ${settings[name][1]}`);

/**
 * Reads the settings.
 * @param env usually `process.env`; an empty string counts as absent
 * @throws ConfigError naming every invalid setting
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, [schema, why]] of Object.entries(settings)) {
    const given = env[name] === '' ? undefined : env[name];
    const result = schema.safeParse(given);
    if (result.success) values[name] = result.data;
    else wrong.push(`${name}: ${result.error.issues.map((i) => i.message).join('; ')} — ${why}`);
  }
  if (wrong.length > 0) throw new ConfigError(`Invalid settings:\n  ${wrong.join('\n  ')}`);
  const typed = values as Values;
  const origin = typed.PUBLIC_URL ?? `${typed.TLS_CERT ? 'https' : 'http'}://localhost:${typed.PORT}`;
  return { ...typed, dataDir: path.resolve(typed.DATA_DIR), fhirBase: `${origin.replace(/\/+$/, '')}/fhir` };
}
