/** The admin API, as rows: the operations of `server/registry/administration/`, each under its address. */
import { IssueError } from '../../mappings/outcome.ts';
import type { Administration, ClientView, StructureView } from '../registry/administration/index.ts';
import { feedStatus, type FeedSources } from './feed.ts';
import { requireInstallation, type Rights } from './rights.ts';

export interface AdminCall {
  admin: Administration;
  feed: FeedSources;
  rights: Rights;
  /** Of the address. */
  id: string;
  certificate: string;
  /** JSON; undefined without a body. */
  body: unknown;
  /** `If-Match` */
  expected?: number;
}

export interface AdminReply {
  status?: number;
  body: unknown;
  /** Says the version of an entry. */
  version?: number;
  /** Where a new entry is, below `/admin`. */
  location?: string;
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  need: 'read' | 'write';
  run(call: AdminCall): AdminReply | Promise<AdminReply>;
}

const unknown = (): IssueError => new IssueError({ key: 'registry-unknown' });

/** @throws IssueError `registry-unknown` for one that is not open to the caller, and for one that is not there */
function structureOf({ admin, rights, id }: AdminCall): StructureView {
  if (!rights.sees(id)) throw unknown();
  return admin.structures.show(id);
}

function clientOf({ admin, rights, id }: AdminCall): ClientView {
  const client = admin.clients.show(id);
  if (!rights.seesClient(client)) throw unknown();
  return client;
}

const entry = <E extends { id: string; version?: number }>(body: E): AdminReply => ({
  body,
  ...(body.version === undefined ? {} : { version: body.version }),
});
const created = (kind: string, body: { id: string; version?: number }): AdminReply => ({
  ...entry(body),
  status: 201,
  location: `${kind}/${encodeURIComponent(body.id)}`,
});

/** `withdraw` and `restore` of both kinds of entries. */
const states = ([verb, state]: readonly [string, 'active' | 'withdrawn']): Route[] => [
  {
    method: 'POST',
    path: `/structures/:id/${verb}`,
    need: 'write',
    async run(call) {
      structureOf(call);
      requireInstallation(call.rights);
      return entry(await call.admin.structures.setState(call.id, state, call.rights.author, call.expected));
    },
  },
  {
    method: 'POST',
    path: `/clients/:id/${verb}`,
    need: 'write',
    async run(call) {
      clientOf(call);
      return entry(await call.admin.clients.setState(call.id, state, call.rights, call.expected));
    },
  },
];

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/structures',
    need: 'read',
    run: ({ admin, rights }) => ({ body: { structures: admin.structures.list().filter(({ id }) => rights.sees(id)) } }),
  },
  {
    method: 'POST',
    path: '/structures',
    need: 'write',
    async run({ admin, rights, body }) {
      requireInstallation(rights);
      return created('structures', await admin.structures.add(body, rights.author));
    },
  },
  { method: 'GET', path: '/structures/:id', need: 'read', run: (call) => entry(structureOf(call)) },
  {
    method: 'PATCH',
    path: '/structures/:id',
    need: 'write',
    async run(call) {
      structureOf(call);
      return entry(await call.admin.structures.set(call.id, call.body, call.rights.author, call.expected));
    },
  },
  {
    method: 'GET',
    path: '/structures/:id/certificates',
    need: 'read',
    run: (call) => ({ body: { certificates: structureOf(call).certificates } }),
  },
  {
    method: 'POST',
    path: '/structures/:id/certificates',
    need: 'write',
    async run(call) {
      structureOf(call);
      const { admin, rights, id, body } = call;
      return { status: 201, body: await admin.structures.addCertificate(id, body, rights.author) };
    },
  },
  {
    method: 'POST',
    path: '/structures/:id/certificates/:certificate/withdraw',
    need: 'write',
    async run(call) {
      structureOf(call);
      const { admin, rights, id, certificate } = call;
      return { body: await admin.structures.withdrawCertificate(id, certificate, rights.author) };
    },
  },
  {
    method: 'GET',
    path: '/structures/:id/history',
    need: 'read',
    async run(call) {
      structureOf(call);
      return { body: { changes: await call.admin.history('structure', call.id) } };
    },
  },
  {
    method: 'GET',
    path: '/certificates',
    need: 'read',
    async run({ admin, rights }) {
      const isOpen = (structure: string | undefined): boolean =>
        structure === undefined ? rights.isInstallation : rights.sees(structure);
      return { body: { certificates: (await admin.watch()).filter(({ structure }) => isOpen(structure)) } };
    },
  },
  {
    method: 'GET',
    path: '/feed',
    need: 'read',
    run: async ({ feed, rights }) => ({ body: await feedStatus(rights.structure, feed) }),
  },
  {
    method: 'GET',
    path: '/clients',
    need: 'read',
    run: ({ admin, rights }) => ({ body: { clients: admin.clients.list().filter(rights.seesClient) } }),
  },
  {
    method: 'POST',
    path: '/clients',
    need: 'write',
    run: async ({ admin, rights, body }) => created('clients', (await admin.clients.add(body, rights)).client),
  },
  { method: 'GET', path: '/clients/:id', need: 'read', run: (call) => entry(clientOf(call)) },
  {
    method: 'PATCH',
    path: '/clients/:id',
    need: 'write',
    async run(call) {
      clientOf(call);
      return entry((await call.admin.clients.set(call.id, call.body, call.rights, call.expected)).client);
    },
  },
  {
    method: 'POST',
    path: '/clients/:id/secret',
    need: 'write',
    async run(call) {
      clientOf(call);
      const { secret } = (call.body ?? {}) as { secret?: unknown };
      return entry((await call.admin.clients.newSecret(call.id, secret, call.rights)).client);
    },
  },
  {
    method: 'GET',
    path: '/clients/:id/history',
    need: 'read',
    async run(call) {
      clientOf(call);
      return { body: { changes: await call.admin.history('client', call.id) } };
    },
  },
  ...(
    [
      ['withdraw', 'withdrawn'],
      ['restore', 'active'],
    ] as const
  ).flatMap(states),
];
