/** The settings under “The DMP: connection and messages”. */
import { z } from 'zod';
import { bool, int, oid, type Rows } from './schemas.ts';

export const dmp = {
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
  VIHF_VERSION: [
    z.enum(['3.0', '4.0']).default('3.0'),
    'All samples say 3.0, one guide says 4.0 (dmp-wire §2.2).',
    'assumed',
  ],
  VIHF_SIGNATURE: [
    z.enum(['rsa-sha256', 'rsa-sha1']).default('rsa-sha256'),
    'The ANS sample of 2024 uses SHA-256, older ones SHA-1 (dmp-wire §2.4).',
    'assumed',
  ],
  VIHF_AIR_CONTEXT_DECL: [
    z.string().default('APP_BROWSER_AUTH'),
    'AuthnContextDecl in INDIRECTE_RENFORCEE; `CONF_EXI_PGSSIS` for “AIR simplifié” (auth §1.3).',
    'assumed',
  ],
  VIHF_CONTEXT_CLASS: [
    z.string().default('urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'),
    'AuthnContextClassRef (dmp-wire §2.1).',
    'assumed',
  ],
  VIHF_CACHE_SECONDS: [
    int(0, 300).default(20),
    'How long a signed VIHF is used again for the same person, patient and purpose, within the life of the token; 0: each call has its own. The DMP’s own limit is not public (dmp-wire §2.1).',
    'assumed',
  ],
  XADES_DIGEST: [
    z.enum(['sha1', 'sha256']).default('sha1'),
    'Digest of the set’s XAdES 1.1.1 signature; SHA-1 is what the DMP’s samples use (dmp-wire §3.8).',
    'assumed',
  ],
  XDS_SEND_HASH: [
    bool.default(true),
    'Send hash and size in ITI-41; the DMP’s samples omit them, an ANS client sends them (dmp-wire §3.2).',
    'assumed',
  ],
  REPOSITORY_UNIQUE_ID: [
    oid.default('1.2.250.1.213.4.1.1.1.2'),
    'repositoryUniqueId of the DMP (dmp-wire §3.2; the production value is presumed the same).',
    'assumed',
  ],
} as const satisfies Rows;
