/** The client of the DMP: settings and certificates in, transactions out. */
import { randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, settings, type Config } from '../config.ts';
import { createPool, type TlsMaterial } from './pool.ts';
import { rehearse, run, type CallObserver } from './run.ts';
import { createSeal, type Seal } from './seal.ts';
import type { DmpClient, DmpEnvironment } from './types.ts';
import { createVihfCache } from './vihf-cache.ts';

/** PEM texts, where they do not come from the files that the settings name. */
export interface DmpMaterial {
  tls: TlsMaterial;
  seal: { key: string | Buffer; chain: string };
}

export interface DmpClientOptions {
  material?: DmpMaterial;
  /** Told of every call when it has ended. */
  onCall?: CallObserver;
  now?: () => Date;
  newUuid?: () => string;
}

type FileSetting = 'DMP_TLS_CERT' | 'DMP_TLS_KEY' | 'DMP_SIGN_CERT' | 'DMP_SIGN_KEY' | 'DMP_CA';

/** Raised with the setting's name and reason, never its value nor what the file holds. */
function wrong(name: keyof typeof settings, what: string): never {
  throw new ConfigError(`${name}: ${what} — ${settings[name][1]}`);
}

function file(config: Config, name: FileSetting): string {
  const path = config[name];
  if (path === undefined) return wrong(name, 'is required');
  try {
    return readFileSync(path, 'utf8');
  } catch (e) {
    return wrong(name, `cannot be read (${(e as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

function materialOf(config: Config): DmpMaterial {
  return {
    tls: {
      cert: file(config, 'DMP_TLS_CERT'),
      key: file(config, 'DMP_TLS_KEY'),
      ...(config.DMP_CA === undefined ? {} : { ca: file(config, 'DMP_CA') }),
    },
    seal: { key: file(config, 'DMP_SIGN_KEY'), chain: file(config, 'DMP_SIGN_CERT') },
  };
}

/** Whether a structure's certificate is the structure's: its one OU is the Struct_IdNat (auth §1.4), which the DMP compares. */
function isOf(structure: string, pem: string | Buffer): boolean {
  try {
    const units = new X509Certificate(pem).subject.split('\n').filter((line) => line.startsWith('OU='));
    return units.length === 1 && units[0] === `OU=${structure}`;
  } catch {
    return false; // no certificate at all
  }
}

/** What is wrong with a certificate is said at start, not at the first call. */
function sealOf(material: DmpMaterial, structure: string): Seal {
  try {
    createSecureContext(material.tls);
  } catch {
    wrong('DMP_TLS_CERT', 'is not a certificate in PEM that goes with DMP_TLS_KEY');
  }
  let seal: Seal;
  try {
    seal = createSeal(material.seal.key, material.seal.chain);
  } catch {
    return wrong('DMP_SIGN_CERT', 'is not a certificate in PEM that goes with DMP_SIGN_KEY');
  }
  if (!isOf(structure, material.tls.cert)) wrong('DMP_TLS_CERT', 'has not STRUCTURE_ID as its one OU');
  if (!isOf(structure, material.seal.chain)) wrong('DMP_SIGN_CERT', 'has not STRUCTURE_ID as its one OU');
  return seal;
}

function environmentOf(config: Config, seal: Seal, options: DmpClientOptions): DmpEnvironment {
  const vihfs = createVihfCache(config.VIHF_CACHE_SECONDS);
  return {
    seal,
    // Made with the seal: assertions of other certificates do not outlive them.
    ...(vihfs ? { vihfs } : {}),
    options: {
      vihfVersion: config.VIHF_VERSION,
      vihfSignature: config.VIHF_SIGNATURE,
      airContextDecl: config.VIHF_AIR_CONTEXT_DECL,
      contextClass: config.VIHF_CONTEXT_CLASS,
      xadesDigest: config.XADES_DIGEST,
      sendHash: config.XDS_SEND_HASH,
      authorizationWords: config.AUTHORIZATION_WORDS,
    },
    lps: {
      name: config.LPS_NAME,
      version: config.LPS_VERSION,
      id: config.LPS_ID,
      homologation: config.LPS_HOMOLOGATION,
      oid: config.LPS_OID,
    },
    now: options.now ?? (() => new Date()),
    newUuid: options.newUuid ?? randomUUID,
  };
}

/** The client, and what operating it takes. */
export interface ManagedDmpClient extends DmpClient {
  /** Changes the certificates; calls under way end with the old ones. @throws ConfigError */
  renew(material?: DmpMaterial): void;
}

/**
 * @throws ConfigError naming the setting that is missing or whose file is not what it should be
 */
export function createDmpClient(config: Config, options: DmpClientOptions = {}): ManagedDmpClient {
  const url = config.DMP_URL;
  if (url === undefined) return wrong('DMP_URL', 'is required');
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') return wrong('DMP_URL', 'is not an https URL');
  const structure = config.STRUCTURE_ID;
  const material = options.material ?? materialOf(config);
  let env = environmentOf(config, sealOf(material, structure), options);
  const pool = createPool(material.tls, { connections: config.DMP_CONNECTIONS, timeoutMs: config.DMP_TIMEOUT_MS });
  return {
    call: (transaction, input, context) =>
      run(
        {
          env,
          pool,
          structure,
          url,
          timeoutMs: config.DMP_TIMEOUT_MS,
          maxAnswerBytes: config.DMP_MAX_ANSWER_BYTES,
          onCall: options.onCall,
        },
        transaction,
        input,
        context,
      ),
    rehearse: (transaction, input, context) => rehearse({ env, structure }, transaction, input, context),
    renew(next = materialOf(config)) {
      env = environmentOf(config, sealOf(next, structure), options);
      pool.swap(next.tls);
    },
    close: () => pool.close(),
  };
}
