/**
 * Every setting of the stand-in of Pro Santé Connect, in one table. Options given to `startPsc` win over the environment.
 * « auth » is the project's note of facts on authentication.
 */
import { join } from 'node:path';

import { boolean, type Environment, integer, list, readRows, type Rows, string } from '../setting-rows.ts';

export interface PscSettings {
  port: number;
  tlsPort: number;
  controlPort: number;
  pkiDir: string;
  tlsKey: string;
  tlsCert: string;
  tlsClientCa: string[];
  clientsFile: string | undefined;
  clientId: string;
  clientSecret: string | undefined;
  clientSecretFile: string;
  clientCert: string;
  clientJwks: string | undefined;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  requireNonce: boolean;
  acr: string;
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
  revokeRefreshTokens: boolean;
  sessionSeconds: number;
  idleSeconds: number;
  codeSeconds: number;
  loginSeconds: number;
  cibaSeconds: number;
  cibaInterval: number;
}

const pki = (file: string) => (e: Environment) => join(pscSettingRows.pkiDir.default(e), file);

/** The table. */
export const pscSettingRows: Rows<PscSettings> = {
  port: {
    env: 'SIMULATOR_PSC_PORT',
    text: 'Port of the browser and of clients with a secret (plain HTTP, always on 127.0.0.1). 0: any free port.',
    default: () => 9445,
    parse: integer,
  },
  tlsPort: {
    env: 'SIMULATOR_PSC_TLS_PORT',
    text: 'Port of the same endpoints over HTTPS with mutual TLS (always on 127.0.0.1). 0: any free port.',
    default: () => 9446,
    parse: integer,
  },
  controlPort: {
    env: 'SIMULATOR_PSC_CONTROL_PORT',
    text: 'Control port (plain HTTP, always on 127.0.0.1). 0: any free port.',
    default: () => 9447,
    parse: integer,
  },
  pkiDir: {
    env: 'SIMULATOR_PKI_DIR',
    text: 'Where the certificates and the secret below are looked for; the same as the simulated DMP’s.',
    default: (e) => e['SIMULATOR_PKI_DIR'] ?? join(e['DATA_DIR'] ?? 'data', 'pki'),
    parse: string,
  },
  tlsKey: {
    env: 'SIMULATOR_PSC_TLS_KEY',
    text: 'Private key of the server (PEM file).',
    default: pki('server.key.pem'),
    parse: string,
  },
  tlsCert: {
    env: 'SIMULATOR_PSC_TLS_CERT',
    text: 'Certificate of the server (PEM file, chain allowed).',
    default: pki('server.cert.pem'),
    parse: string,
  },
  tlsClientCa: {
    env: 'SIMULATOR_PSC_TLS_CLIENT_CA',
    text: 'Authorities whose client certificates may connect (PEM files, comma-separated).',
    default: (e) => [pki('ca.pem')(e)],
    parse: list,
  },
  clientsFile: {
    env: 'SIMULATOR_PSC_CLIENTS',
    text: 'JSON file of registered clients, beside the one of the demonstration.',
    default: () => undefined,
    parse: string,
  },
  clientId: {
    env: 'SIMULATOR_PSC_CLIENT_ID',
    text: 'client_id of the demonstration’s client; “none” registers none.',
    default: () => 'dmp-fhir',
    parse: string,
  },
  clientSecret: {
    env: 'SIMULATOR_PSC_CLIENT_SECRET',
    text: 'Its secret. Default: what the file below holds.',
    default: () => undefined,
    parse: string,
  },
  clientSecretFile: {
    env: 'SIMULATOR_PSC_CLIENT_SECRET_FILE',
    text: 'File of its secret, made at the first start: nobody has to agree on one.',
    default: pki('psc-client-secret'),
    parse: string,
  },
  clientCert: {
    env: 'SIMULATOR_PSC_CLIENT_CERT',
    text: 'Certificate whose subject it is known by in mutual TLS (PEM file); without the file it cannot use tls_client_auth.',
    default: pki('org-auth.cert.pem'),
    parse: string,
  },
  clientJwks: {
    env: 'SIMULATOR_PSC_CLIENT_JWKS',
    text: 'Its public keys (JWKS file), for private_key_jwt.',
    default: () => undefined,
    parse: string,
  },
  redirectUris: {
    env: 'SIMULATOR_PSC_REDIRECT_URIS',
    text: 'Its redirect URIs, comma-separated and exact. The default takes any port of this machine, which the real one does not: a façade of tests and demonstrations may be at any.',
    default: () => ['http://localhost:*/oauth/psc/callback', 'http://127.0.0.1:*/oauth/psc/callback'],
    parse: list,
  },
  postLogoutRedirectUris: {
    env: 'SIMULATOR_PSC_POST_LOGOUT_REDIRECT_URIS',
    text: 'Where it may have the browser sent after a logout; the default takes any page of this machine.',
    default: () => ['http://localhost:*/*', 'http://127.0.0.1:*/*'],
    parse: list,
  },
  requireNonce: {
    env: 'SIMULATOR_PSC_REQUIRE_NONCE',
    text: 'An authorization request must have a state and a nonce. Both are in every documented request (auth §1.1); a sample of 2021 has an empty nonce.',
    default: () => true,
    parse: boolean,
  },
  acr: {
    env: 'SIMULATOR_PSC_ACR',
    text: 'acr of the tokens: eidas1 is asked for, and eidas3 was seen in an answer (auth §1.1).',
    default: () => 'eidas1',
    parse: string,
  },
  accessTokenSeconds: {
    env: 'SIMULATOR_PSC_ACCESS_TOKEN_SECONDS',
    text: 'Life of access and id tokens (auth §1.1).',
    default: () => 120,
    parse: integer,
  },
  refreshTokenSeconds: {
    env: 'SIMULATOR_PSC_REFRESH_TOKEN_SECONDS',
    text: 'Life of refresh tokens, never beyond the session’s (auth §1.1).',
    default: () => 1800,
    parse: integer,
  },
  revokeRefreshTokens: {
    env: 'SIMULATOR_PSC_REVOKE_REFRESH_TOKENS',
    text: 'A refresh token is good once, and its second use ends what came of the login. No source says; a new one is given at each refresh either way, as Keycloak does.',
    default: () => false,
    parse: boolean,
  },
  sessionSeconds: {
    env: 'SIMULATOR_PSC_SESSION_SECONDS',
    text: 'Longest life of a session (SSO cookie, auth §1.1).',
    default: () => 4 * 3600,
    parse: integer,
  },
  idleSeconds: {
    env: 'SIMULATOR_PSC_IDLE_SECONDS',
    text: 'After which a session ends when nobody used it (auth §1.1).',
    default: () => 1800,
    parse: integer,
  },
  codeSeconds: {
    env: 'SIMULATOR_PSC_CODE_SECONDS',
    text: 'Life of an authorization code.',
    default: () => 60,
    parse: integer,
  },
  loginSeconds: {
    env: 'SIMULATOR_PSC_LOGIN_SECONDS',
    text: 'How long the login page waits.',
    default: () => 600,
    parse: integer,
  },
  cibaSeconds: {
    env: 'SIMULATOR_PSC_CIBA_SECONDS',
    text: 'How long a CIBA request waits for the professional.',
    default: () => 120,
    parse: integer,
  },
  cibaInterval: {
    env: 'SIMULATOR_PSC_CIBA_INTERVAL',
    text: 'Seconds between two polls of a CIBA client.',
    default: () => 5,
    parse: integer,
  },
};

/** The settings of an environment. @throws Error that names the variable which cannot be read */
export const readPscSettings = (environment: Environment = process.env): PscSettings =>
  readRows(pscSettingRows, environment);
