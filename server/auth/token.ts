/**
 * Access tokens: verified with `jose` against a configured JWKS, then read into a `Caller`. Nothing else makes a caller.
 *
 * Checked: signature with an allow-listed algorithm, `typ` (`at+jwt`, RFC 9068, or `JWT`), `iss`, `aud`, `exp`, `nbf`,
 * `iat` (not in the future, not older than AUTH_TOKEN_MAX_AGE), with a skew of `clockTolerance` seconds; `cnf`, against the client
 * certificate of the request and its DPoP proof (`confirmation.ts`). A token that is no JWT is one of our own (`opaque.ts`).
 *
 * Claims that are read (IHE IUA 2.4 JWT access token, OpenID Connect, and some of our own; their forms in `claims.ts`):
 *
 * | claim | becomes |
 * |---|---|
 * | `client_id` (or `azp`), one of them | client: named in the log, unlike `sub`, who is a person |
 * | `scope` | granted scopes, blank separated |
 * | `family_name`, `given_name` | the professional's names (OpenID Connect) |
 * | `auth_time`, else `iat` | when the person was authenticated |
 * | `extensions.ihe_iua.national_provider_identifier` | PS_IdNat, e.g. `899700204581` |
 * | `extensions.ihe_iua.subject_name` | only when `family_name` and `given_name` are absent: given name first, then the family name |
 * | `extensions.ihe_iua.subject_role` | 1..3 Coding: profession, then what it asks for (docs/professions.md); `system` is a NOS URL or `urn:oid:` |
 * | `extensions.ihe_iua.subject_organization_id` | Struct_IdNat, bare or as `<oid>|…` / `urn:oid:<oid>|…`; one of those in force here |
 * | `extensions.ihe_iua.purpose_of_use` | `normal` (when absent), `bris_de_glace`, `centre_15`: string, Coding or a list of one |
 * | `extensions.dmp.authentication` | `psc`: Pro Santé Connect, two factors; anything else or absent: `local` |
 * | `extensions.dmp.structure_administrator` | `true`: the structure's administrator, who reads the record of accesses |
 * | `extensions.dmp.secret_access` | `true`: « connexion secrète », for minors (docs/rights.md) |
 * | `extensions.dmp.launch_patient` | the INS that `patient/` scopes reach, as `urn:oid:OID|INS` |
 *
 * With `bris_de_glace` (the other purposes leave these out), all of them, a `jti`, and `exp` not later than BREAK_GLASS_MINUTES after
 * `iat` (`emergency.ts`):
 *
 * | claim | becomes |
 * |---|---|
 * | `extensions.dmp.access_reason` | the reason, of substance (`mappings/rights/reason.ts`) |
 * | `extensions.ihe_iua.person_id` | the one patient: CX `INS^^^&OID&ISO`, or `urn:oid:OID|INS` |
 * | `extensions.dmp.confirmed_patient` | the traits confirmed: `family_name`, `given_name`, `birthdate` (yyyy-mm-dd) |
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors as jose,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { insFromToken } from '../../mappings/ins.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { professionOf, type Professions } from '../../mappings/rights/professions.ts';
import { systemToOid } from '../../mappings/terminology/systems.ts';
import { ConfigError, type Config } from '../config.ts';
import type { PurposeOfUse, Requester } from '../dmp/types.ts';
import { onlyPrimary } from '../registry/primary.ts';
import type { Clients, Structures } from '../registry/types.ts';
import type { OauthStore } from '../store/types.ts';
import type { Caller } from './caller.ts';
import { claims, tokenInvalid, type Claims } from './claims.ts';
import { confirm, type Presentation } from './confirmation.ts';
import type { ProofMemory } from './dpop.ts';
import { emergencyOf } from './emergency.ts';
import { asRegistered, isOpaque, readOpaque } from './opaque.ts';
import { loadProfessions } from './profession-file.ts';

export const algorithms = ['ES256', 'ES384', 'RS256', 'RS384', 'PS256'];
/** Seconds by which clocks may differ. */
export const clockTolerance = 30;
/** Where the demo keys' public half is, below DATA_DIR, when AUTH_JWKS is absent (written by `tools/token.ts`). */
export const demoJwks = path.join('auth', 'jwks.json');

/** @param shown by default: as a bearer token, without a certificate */
export type TokenVerifier = (token: string, shown?: Presentation) => Promise<Caller>;

const bare: Presentation = { scheme: 'Bearer', proofs: [], method: '', url: '' };

/** What the tokens of our own authorization server are looked up in, and proofs of possession remembered by. */
export interface TokenStore {
  oauth: OauthStore;
  /** Absent: this façade issues no tokens. */
  clients?: Pick<Clients, 'byId'>;
}

const purposes: readonly string[] = ['normal', 'bris_de_glace', 'centre_15'] satisfies PurposeOfUse[];

/** A file of keys is not read again sooner, in milliseconds: unknown key names cost an attacker nothing. */
const reloadAfter = 5000;

/** The keys: an https URL is fetched and cached by jose; a file is read again when a token names a key that it lacks. */
function keySource(config: Config): JWTVerifyGetKey {
  const demo = path.join(config.dataDir, demoJwks);
  const place = config.AUTH_JWKS ?? demo;
  // Whoever reads DATA_DIR can sign with the demo keys; said here too, for a program that does not begin in tools/start.ts.
  if (config.ENVIRONMENT === 'production' && path.resolve(place) === demo)
    throw new ConfigError('AUTH_JWKS: in production it must name other keys than those of the demonstration');
  if (/^https:\/\//.test(place)) return createRemoteJWKSet(new URL(place));
  let loaded: Promise<JWTVerifyGetKey> | undefined;
  let loadedAt = 0;
  const load = (): Promise<JWTVerifyGetKey> => {
    loadedAt = Date.now();
    const fresh = readFile(place, 'utf8').then((text) => createLocalJWKSet(JSON.parse(text) as JSONWebKeySet));
    loaded = fresh;
    fresh.catch(() => {
      if (loaded === fresh) loaded = undefined;
    });
    return fresh;
  };
  return async (header, token) => {
    try {
      const keys = await (loaded ?? load());
      return await keys(header, token);
    } catch (e) {
      if (!(e instanceof jose.JWKSNoMatchingKey) || Date.now() - loadedAt < reloadAfter) throw e;
      const keys = await load();
      return keys(header, token);
    }
  };
}

/**
 * @param ours absent: tokens of another issuer alone, and none that is bound to a key
 * @throws ConfigError for the file of professions
 * @returns a function that verifies a token, of another issuer (a JWT) or our own (opaque), and reads its caller; it rejects with
 * IssueError `token-invalid`, `structure-mismatch`, `token-keys-unavailable`, and what `confirm` throws
 */
export function createTokenVerifier(
  config: Config,
  keys: JWTVerifyGetKey = keySource(config),
  structures: Pick<Structures, 'of' | 'all'> = onlyPrimary(config),
  ours?: TokenStore,
): TokenVerifier {
  const available = orUnavailable(keys);
  const professions = loadProfessions(config);
  const isNew: ProofMemory | undefined =
    ours && ((id, expiresAt) => ours.oauth.putOnce({ kind: 'DPoPProof', id, content: null, expiresAt }));
  return async (token, shown = bare) => {
    const clients = isOpaque(token) ? ours?.clients : undefined;
    const payload =
      ours && clients ? await readOpaque(token, config, ours.oauth, clients) : await verify(token, available, config);
    const certificate = await confirm(payload['cnf'], token, shown, isNew);
    const caller = toCaller(payload, config, structures, professions);
    return {
      ...(clients ? await asRegistered(caller, clients, structures) : caller),
      ...(certificate === undefined ? {} : { certificate }),
    };
  };
}

/** Keys that cannot be had are the server's trouble, not the client's: 503, so that nobody throws a good token away. */
const orUnavailable =
  (keys: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    try {
      return await keys(header, token);
    } catch (e) {
      const aboutTheToken = [jose.JWKSNoMatchingKey, jose.JWKSMultipleMatchingKeys, jose.JOSENotSupported];
      if (aboutTheToken.some((kind) => e instanceof kind)) throw e;
      throw new IssueError({ key: 'token-keys-unavailable' });
    }
  };

async function verify(token: string, keys: JWTVerifyGetKey, config: Config): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE ?? config.fhirBase,
      clockTolerance,
      // Also refuses an `iat` of the future. A long `exp` does not make a stolen token good for years.
      maxTokenAge: config.AUTH_TOKEN_MAX_AGE,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const typ = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
    if (typ !== 'at+jwt' && typ !== 'jwt') throw tokenInvalid('typ');
    return payload;
  } catch (e) {
    if (e instanceof jose.JWTExpired) throw tokenInvalid(e.claim);
    if (e instanceof jose.JWTClaimValidationFailed) throw tokenInvalid(e.claim);
    if (e instanceof jose.JWKSNoMatchingKey) throw tokenInvalid('kid');
    if (e instanceof jose.JOSEAlgNotAllowed || e instanceof jose.JOSENotSupported) throw tokenInvalid('alg');
    if (e instanceof jose.JWSSignatureVerificationFailed) throw tokenInvalid('signature');
    if (e instanceof jose.JWSInvalid || e instanceof jose.JWTInvalid || e instanceof jose.JWKSMultipleMatchingKeys)
      throw tokenInvalid('format');
    throw e;
  }
}

function names(c: Claims): { family: string; given: string } {
  if (c.family_name && c.given_name) return { family: c.family_name, given: c.given_name };
  const [given, ...family] = (c.extensions.ihe_iua.subject_name ?? '').trim().split(/\s+/);
  if (!given || family.length === 0) throw tokenInvalid('family_name, given_name');
  return { family: family.join(' '), given };
}

function launchPatientOf(c: Claims): Pick<Caller, 'launchPatient'> {
  const said = c.extensions.dmp.launch_patient;
  if (said === undefined) return {};
  const bar = said.indexOf('|');
  const ins = insFromToken(said.slice(0, bar), said.slice(bar + 1));
  if (!ins) throw tokenInvalid('extensions.dmp.launch_patient');
  return { launchPatient: ins };
}

/**
 * A person without RPPS is named by the structure that numbered them: `3<FINESS>/…` or `5<SIRET>/…` (dmp-wire §3.3), where a structure
 * is `1<FINESS>` or `3<SIRET>`. Who is on the staff of another structure in force here does not act for this one. (A number of none of
 * them may be that of the legal entity above: it is believed.)
 */
function isStaffOfAnother(personId: string, structure: string, { all }: Pick<Structures, 'all'>): boolean {
  const [, kind, number] = /^([35])(\d+)\//.exec(personId) ?? [];
  if (number === undefined) return false;
  const employer = `${kind === '3' ? '1' : '3'}${number}`;
  return employer !== structure && all().some(({ id }) => id === employer);
}

/**
 * Reads the verified claims.
 * @param structures those that may be named
 * @param professions the deployer's
 * @throws IssueError
 */
export function toCaller(
  payload: JWTPayload,
  config: Config,
  structures: Pick<Structures, 'of' | 'all'>,
  professions: Professions = new Map(),
): Caller {
  const read = claims.safeParse(payload);
  if (!read.success) throw tokenInvalid([...new Set(read.error.issues.map((i) => i.path.join('.')))].join(', '));
  const c = read.data;
  const iua = c.extensions.ihe_iua;
  const client = c.client_id ?? c.azp;
  if (client === undefined) throw tokenInvalid('client_id');
  const authenticated = c.auth_time ?? c.iat;
  if (authenticated > Date.now() / 1000 + clockTolerance) throw tokenInvalid('auth_time');
  const structure = structures.of(
    /^(?:(?:urn:oid:)?[0-2](?:\.\d+)+\|)?([^|]+)$/.exec(iua.subject_organization_id)?.[1] ?? '',
  );
  if (!structure || isStaffOfAnother(iua.national_provider_identifier, structure.id, structures))
    throw new IssueError({ key: 'structure-mismatch' });
  const given = iua.purpose_of_use?.[0] ?? 'normal';
  const purpose = typeof given === 'string' ? given : given.code;
  if (!purposes.includes(purpose)) throw tokenInvalid('purpose_of_use');
  const roles: Requester['roles'] = iua.subject_role.map((r) => {
    const system = systemToOid(r.system ?? '');
    if (!system) throw tokenInvalid('subject_role.system');
    return { code: r.code, system, display: r.display ?? r.code };
  });
  const profession = professionOf(professions, roles[0]);
  return {
    clientId: client,
    scopes: c.scope.split(/\s+/).filter((s) => s !== ''),
    ...(c.jti ? { tokenId: c.jti } : {}),
    personId: iua.national_provider_identifier,
    ...names(c),
    roles,
    ...(profession ? { profession } : {}),
    structure: { id: structure.id, name: structure.name, sector: structure.sector },
    strength: c.extensions.dmp.authentication === 'psc' ? 'psc' : 'local',
    authenticatedAt: new Date(authenticated * 1000),
    ...(c.exp === undefined ? {} : { expiresAt: new Date(c.exp * 1000) }),
    purpose: purpose as PurposeOfUse,
    ...(purpose === 'bris_de_glace' ? emergencyOf(c, config) : {}),
    ...launchPatientOf(c),
    ...(c.extensions.dmp.secret_access === true ? { secret: true as const } : {}),
    ...(c.extensions.dmp.structure_administrator === true ? { isAdministrator: true } : {}),
  };
}
