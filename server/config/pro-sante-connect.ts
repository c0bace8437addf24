/** The settings under “Pro Santé Connect”. */
import { z } from 'zod';
import { int, type Rows, split } from './schemas.ts';

/** A discovery document by its whole URL, whatever its name: https, or http on this machine alone. */
const discovery = z
  .url()
  .regex(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])[^?#\s]*\/\.well-known\/[\w-]+$/,
    'an https URL …/.well-known/…',
  );

export const proSanteConnect = {
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
    z.string().transform(split).optional(),
    'Clients of Pro Santé Connect (`client_id` there, separated by commas) whose access tokens may be exchanged here; absent: of all of them.',
  ],
  EXCHANGE_TOKEN_SECONDS: [
    int(30, 14_400).default(3600),
    'Life of a token that was exchanged; never beyond the session of Pro Santé Connect (SESSION_SECONDS after its authentication).',
  ],
} as const satisfies Rows;
