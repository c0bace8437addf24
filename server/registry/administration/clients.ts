/** Registering OAuth clients. Who may is decided before (`server/admin/`). */
import { randomBytes, randomUUID } from 'node:crypto';
import { IssueError } from '../../../mappings/outcome.ts';
import type { ClientWrite, EntryState, RegistryStore, StoredClient } from '../../store/types.ts';
import { clientId, type ClientContent, isSecret, readClient } from '../client-input.ts';
import type { Registry } from '../index.ts';
import { type Action, type Author, type ChangeContent, write } from './author.ts';
import { type ClientView, clientView } from './views.ts';

/** A client, and the secret that was made for it: to be shown once. */
export interface MadeClient {
  client: ClientView;
  secret?: string;
}

export interface Administrator {
  author: Author;
  /**
   * Says no by an exception when the author may not do this.
   * @param after what the client becomes
   * @param before what it was; undefined for a new one
   */
  permit?(after: ClientContent, before: ClientContent | undefined): void;
}

export interface ClientAdministration {
  list(): ClientView[];
  /** @throws IssueError `registry-unknown` */
  show(id: string): ClientView;
  /**
   * @param given JSON: what `Client` has; without `id` one is made. A secret that is needed and not given is made, for who can be
   * shown it: the command line
   * @throws IssueError
   */
  add(given: unknown, as: Administrator): Promise<MadeClient>;
  /** @param given JSON: what changes; null takes a property away. @param expected the version that is changed */
  set(id: string, given: unknown, as: Administrator, expected?: number): Promise<MadeClient>;
  setState(id: string, state: EntryState, as: Administrator, expected?: number): Promise<ClientView>;
  /** @param given the new one; undefined: see `add`. The old one is good for nothing from then on. */
  newSecret(id: string, given: unknown, as: Administrator): Promise<MadeClient>;
}

/** 256 bits, base64url. */
const makeSecret = (): string => randomBytes(32).toString('base64url');

/** `kept`: what the store keeps from now on (null: none; absent: what it has); `made`: it was made here. */
interface Secret {
  kept?: string | null;
  made?: string;
}

const secretWrong = (): IssueError => new IssueError({ key: 'client-secret', expression: 'secret' });
const usesSecret = ({ authMethod }: ClientContent): boolean => authMethod === 'client_secret_basic';

const asRecord = (given: unknown): Record<string, unknown> => {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given };
  throw new IssueError({ key: 'registry-value', values: { expected: '{ … }' } });
};

export function clientAdministration(store: RegistryStore, registry: Registry): ClientAdministration {
  const all = () => registry.stored().clients;

  function find(id: string): StoredClient {
    const found = all().find((client) => client.id === id);
    if (found === undefined) throw new IssueError({ key: 'registry-unknown' });
    return found;
  }

  async function current(id: string, expected?: number): Promise<StoredClient> {
    await registry.refresh();
    const found = find(id);
    if (expected !== undefined && expected !== found.version)
      throw new IssueError({ key: 'registry-version', values: { current: found.version } });
    return found;
  }

  /** The structures that a client is to act for must be there, whether their certificates are or not. */
  function checkStructures({ structures }: ClientContent): void {
    const known = (id: string): boolean =>
      id === registry.structures.primary.id ||
      registry.stored().structures.some((structure) => structure.id === id && structure.state === 'active');
    const unknown = structures.flatMap((structure, i) => (known(structure) ? [] : [{ structure, i }]));
    if (unknown.length > 0)
      throw new IssueError(
        unknown.map(({ structure, i }) => ({
          key: 'client-structure',
          expression: `structures[${i}]`,
          values: { structure: structure.replace(/\W/g, '?') },
        })),
      );
  }

  async function change(
    entry: Omit<ClientWrite, 'entry' | 'secret'>,
    action: Action,
    content: ChangeContent,
    { kept, made }: Secret = {},
  ): Promise<MadeClient> {
    const change = { at: registry.now(), action, content };
    await write(store, { entry: 'client', ...entry, ...(kept === undefined ? {} : { secret: kept }) }, change);
    await registry.refresh();
    return { client: clientView(find(entry.id)), ...(made === undefined ? {} : { secret: made }) };
  }

  /**
   * The secret that a client gets; undefined: it keeps the one that it has, or has none.
   * @throws IssueError `client-secret`
   */
  function secretOf(
    content: ClientContent,
    { given, has }: { given: unknown; has: boolean },
    { author }: Administrator,
  ): Secret {
    if (given !== undefined && !(usesSecret(content) && isSecret(given))) throw secretWrong();
    if (!usesSecret(content)) return has ? { kept: null } : {};
    if (isSecret(given)) return { kept: given };
    if (has) return {};
    // The admin API returns no secret, ever: its callers bring theirs.
    if (author.by === 'api') throw secretWrong();
    const made = makeSecret();
    return { kept: made, made };
  }

  return {
    list: () => all().map(clientView),

    show: (id) => clientView(find(id)),

    async add(given, as) {
      const { id = randomUUID(), secret: own, ...rest } = asRecord(given);
      const named = clientId.safeParse(id);
      if (!named.success) throw new IssueError({ key: 'client-id', expression: 'id' });
      const content = readClient(rest);
      await registry.refresh();
      as.permit?.(content, undefined);
      checkStructures(content);
      const secret = secretOf(content, { given: own, has: false }, as);
      const entry = { id: named.data, expected: 0, content };
      return change(entry, 'client-add', { author: as.author, after: content }, secret);
    },

    async set(id, given, as, expected) {
      const { secret: own, ...changes } = asRecord(given);
      const found = await current(id, expected);
      const before = found.content as ClientContent;
      // RFC 7396: null takes away.
      const merged: Record<string, unknown> = { ...before, ...changes };
      const content = readClient(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)));
      as.permit?.(content, before);
      checkStructures(content);
      const secret = secretOf(content, { given: own, has: found.secret !== undefined }, as);
      const entry = { id, expected: found.version, content };
      return change(entry, 'client-set', { author: as.author, before, after: content }, secret);
    },

    async setState(id, state, as, expected) {
      const found = await current(id, expected);
      const content = found.content as ClientContent;
      as.permit?.(content, content);
      if (found.state === state) return clientView(found);
      const action = state === 'active' ? 'client-restore' : 'client-withdraw';
      return (await change({ id, expected: found.version, state }, action, { author: as.author })).client;
    },

    async newSecret(id, given, as) {
      const found = await current(id);
      const content = found.content as ClientContent;
      as.permit?.(content, content);
      if (!usesSecret(content)) throw secretWrong();
      const secret = secretOf(content, { given, has: false }, as);
      return change({ id, expected: found.version }, 'client-new-secret', { author: as.author }, secret);
    },
  };
}
