/**
 * The registry of an instance: structures and clients in memory, read again when somebody changed them. Each change has a number in
 * the database, and the last one is looked at every REGISTRY_POLL_SECONDS; a change made here is seen at once.
 */
import { ConfigError, type Config } from '../config.ts';
import type { RegistryStore, StoredRegistry } from '../store/types.ts';
import { clientsInForce, isBarred, type StructureInForce, structuresInForce, withMark } from './in-force.ts';
import { materialIssues, primaryMaterial, primaryOf } from './primary.ts';
import type { Client, Clients, StructureMaterial, Structures } from './types.ts';

/** What the registry says while it runs; pino has it. */
export interface RegistryLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RegistryOptions {
  logger?: RegistryLogger;
  now?: () => Date;
  /** Milliseconds between two looks; 0: none but those that are asked for. By default REGISTRY_POLL_SECONDS. */
  pollMs?: number;
}

export interface Registry {
  structures: Structures;
  clients: Clients;
  /** See `in-force.ts`; from memory. */
  isBarred(client: string, structure: string): boolean;
  /** Everything that is registered, withdrawn entries too, with keys and secrets. */
  stored(): StoredRegistry;
  /** Looks for changes now: what was written before the call is seen when it resolves. */
  refresh(): Promise<void>;
  now(): Date;
  /** Ends the looks; the store may be closed then. */
  close(): Promise<void>;
}

/** @throws what the database throws: an instance does not start without knowing for whom it speaks */
export async function openRegistry(
  config: Config,
  store: RegistryStore,
  { logger, now = () => new Date(), pollMs = config.REGISTRY_POLL_SECONDS * 1000 }: RegistryOptions = {},
): Promise<Registry> {
  const primary = primaryOf(config);
  let own: StructureInForce = withMark(primary, files(config));
  /** What the files held when they were refused last: said once. */
  let refused = '';
  let stored = await store.registry();
  let structures = new Map<string, StructureInForce>();
  let clients = new Map<string, Client>();
  let origins: readonly string[] = [];
  const listeners = new Set<(id: string) => void>();

  function readOwn(): void {
    const material = files(config);
    const read = withMark(primary, material);
    if (material === undefined || read.mark === own.mark || read.mark === refused) return;
    const issues = materialIssues(material, primary.id, now());
    if (issues.length > 0) {
      // Half-written, perhaps: they are looked at again.
      refused = read.mark;
      const problems = issues.map(({ key }) => key);
      logger?.warn({ structure: primary.id, problems }, 'new certificates in DMP_TLS_CERT … are not used');
      return;
    }
    own = read;
    logger?.info({ structure: primary.id }, 'new certificates in DMP_TLS_CERT … are used');
  }

  function apply(): void {
    const before = structures;
    structures = structuresInForce(stored, own, now());
    clients = clientsInForce(stored);
    origins = [...new Set([...clients.values()].flatMap((client) => client.origins))];
    for (const id of new Set([...before.keys(), ...structures.keys()]))
      if (before.get(id)?.mark !== structures.get(id)?.mark) for (const listener of listeners) listener(id);
  }

  async function look(): Promise<void> {
    readOwn();
    try {
      if ((await store.version()) !== stored.version) stored = await store.registry();
    } finally {
      // Also when nobody changed anything: a certificate may begin to be in force.
      apply();
    }
  }

  let last: Promise<void> = Promise.resolve();
  /** One look after the other, so that an older answer never replaces a newer one. */
  const refresh = (): Promise<void> => (last = last.catch(() => undefined).then(look));

  let failing = false;
  const poll = (): void => {
    refresh().then(
      () => (failing = false),
      (error: unknown) => {
        if (!failing)
          logger?.warn({ error: (error as Error).name }, 'the registry cannot be read: what is known stays');
        failing = true;
      },
    );
  };

  apply();
  if (stored.structures.some(({ id }) => id === primary.id))
    logger?.warn({ structure: primary.id }, 'registered too, but the settings (STRUCTURE_ID …) count');
  const timer = pollMs > 0 ? setInterval(poll, pollMs).unref() : undefined;

  return {
    structures: {
      primary,
      of: (id) => structures.get(id)?.structure,
      all: () => [...structures.values()].map(({ structure }) => structure),
      materialOf(id) {
        const found = structures.get(id);
        if (found === undefined) throw new RangeError('The structure is not in force.');
        // Only the settings' own can lack them: which file is missing is said.
        return found.material ?? primaryMaterial(config);
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    clients: { byId: async (id) => clients.get(id), origins: () => origins },
    isBarred: (client, structure) => isBarred(stored, client, structure),
    stored: () => stored,
    refresh,
    now,
    async close() {
      clearInterval(timer);
      await last.catch(() => undefined);
    },
  };
}

/** What the files of the settings hold; undefined while they are not all there. */
function files(config: Config): StructureMaterial | undefined {
  try {
    return primaryMaterial(config);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
