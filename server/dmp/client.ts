/**
 * The client of the DMP: settings and structures in, transactions out. Each call is made with the certificates of the requester's
 * structure, and with no others: where they are not at hand, nothing is sent.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { settingError, type Config } from '../config.ts';
import type { Structure, Structures } from '../registry/types.ts';
import type { CallFollowers } from './followers.ts';
import { createLines, type Lease } from './lines.ts';
import { MaterialError, openMaterial } from './material.ts';
import { createPool } from './pool.ts';
import type { Runner } from './post.ts';
import { rehearse, run } from './run.ts';
import type { Seal } from './seal.ts';
import { DmpError, type CallContext, type DmpClient, type DmpEnvironment, type Pacing } from './types.ts';
import { createVihfCache } from './vihf-cache.ts';

export interface DmpClientOptions extends CallFollowers {
  /** PEM text of the authorities that vouch for the DMP, where it does not come from the file of DMP_CA. */
  ca?: string;
  /** Gives turns to submissions; absent: they go out at once. */
  pacing?: Pacing;
  now?: () => Date;
  newUuid?: () => string;
}

/** How long a structure's connections and assertions outlive its last call, at least; at most twice as long. Milliseconds. */
const idleMs = 300_000;

/** PEM of DMP_CA. @throws ConfigError */
export function authorities(config: Config): string | undefined {
  if (config.DMP_CA === undefined) return undefined;
  try {
    return readFileSync(config.DMP_CA, 'utf8');
  } catch (e) {
    throw settingError('DMP_CA', `cannot be read (${(e as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

/** @throws ConfigError */
export function urlOf({ DMP_URL: url }: Config): string {
  if (url === undefined) throw settingError('DMP_URL', 'is required');
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw settingError('DMP_URL', 'is not an https URL');
  return url;
}

function environmentOf(config: Config, { lps }: Structure, seal: Seal, options: DmpClientOptions): DmpEnvironment {
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
    lps,
    now: options.now ?? (() => new Date()),
    newUuid: options.newUuid ?? randomUUID,
  };
}

/** What is wrong with the certificates that the settings name, in the settings' words. */
const problems = {
  tls: {
    pair: settingError.bind(null, 'DMP_TLS_CERT', 'is not a certificate in PEM that goes with DMP_TLS_KEY'),
    owner: settingError.bind(null, 'DMP_TLS_CERT', 'has not STRUCTURE_ID as its one OU'),
  },
  seal: {
    pair: settingError.bind(null, 'DMP_SIGN_CERT', 'is not a certificate in PEM that goes with DMP_SIGN_KEY'),
    owner: settingError.bind(null, 'DMP_SIGN_CERT', 'has not STRUCTURE_ID as its one OU'),
  },
};

/** What the settings say of the DMP and of the primary structure's certificates. @throws ConfigError */
export function checkDmpSettings(config: Config, structures: Structures, ca = authorities(config)): void {
  urlOf(config);
  checkPrimary(structures, ca);
}

/** @throws ConfigError, now and not at the first call */
function checkPrimary({ primary, materialOf }: Structures, ca: string | undefined): void {
  const material = materialOf(primary.id);
  try {
    openMaterial(primary.id, material, ca);
  } catch (e) {
    throw e instanceof MaterialError ? problems[e.certificate][e.problem]() : e;
  }
}

/**
 * @param structures whose certificates are used; a change of them is followed at once
 * @throws ConfigError naming the setting that is missing or whose file is not what it should be
 */
export function createDmpClient(config: Config, structures: Structures, options: DmpClientOptions = {}): DmpClient {
  const url = urlOf(config);
  const ca = options.ca ?? authorities(config);
  checkPrimary(structures, ca);
  const { DMP_CONNECTIONS: connections, DMP_TIMEOUT_MS: timeoutMs, DMP_MAX_ANSWER_BYTES: maxAnswerBytes } = config;

  function open(id: string): Runner {
    const structure = inForce(id);
    const { tls, seal } = openMaterial(id, structures.materialOf(id), ca);
    const env = environmentOf(config, structure, seal, options);
    const pool = createPool(tls, { connections, timeoutMs });
    return {
      ...{ env, pool, structure: id, url, timeoutMs, maxAnswerBytes, sayTrace: config.TRACE_TO_DMP },
      ...(options.pacing ? { pacing: options.pacing } : {}),
      patienceMs: config.FEED_PATIENCE_MS,
    };
  }
  function inForce(id: string): Structure {
    const structure = structures.of(id);
    if (!structure) throw new RangeError('This structure is not in force.');
    return structure;
  }
  const lines = createLines({ open, most: config.DMP_STRUCTURES_OPEN, idleMs });
  const stop = structures.onChange((id) => lines.retire(id));

  /** Whoever made the requester: nothing is sent for a structure that is not in force, also when its line is still open. */
  function lineFor({ requester }: CallContext, transaction: string): Lease {
    try {
      return lines.take(inForce(requester.structure.id).id);
    } catch (e) {
      if (!(e instanceof RangeError) && !(e instanceof MaterialError)) throw e;
      throw new DmpError('rights', 'structure', transaction, undefined, [], { cause: e });
    }
  }
  return {
    call: (transaction, input, context) =>
      run(() => lineFor(context, transaction.name), transaction, input, context, options),
    rehearse(transaction, input, context) {
      const line = lineFor(context, transaction.name);
      try {
        rehearse(line.runner, transaction, input, context);
      } finally {
        line.done();
      }
    },
    async close() {
      stop();
      await lines.close();
    },
  };
}
