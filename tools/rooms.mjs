/**
 * The rooms of the house and what each may import of ours (README, "Architecture"). ESLint enforces it
 * (`eslint.config.js`), and a test proves that it does. What is not listed is not allowed.
 */
import path from 'node:path';

export const rooms = {
  mappings: [],
  profiles: ['mappings'],
  simulator: [],
  // The rows are read through the one entry.
  'server/config': [],
  'server/config.ts': ['server/config'],
  'server/store': ['server/config.ts'],
  'server/dmp': ['mappings', 'server/config.ts', 'server/registry/types.ts'],
  'server/search': ['mappings'],
  // Files for a browser.
  'server/assets': ['mappings'],
  // Each room that serves something describes it.
  'server/openapi': [],
  // Who the façade speaks for, and who speaks to it.
  'server/registry': ['mappings', 'server/config.ts', 'server/store'],
  'server/admin': [
    'mappings',
    'server/auth/caller.ts',
    'server/config.ts',
    // What an establishment decided to send is its administrator's to record.
    'server/feed/rules',
    'server/openapi',
    'server/registry',
    'server/store',
  ],
  'server/auth': ['mappings', 'server/config.ts', 'server/dmp/types.ts', 'server/registry', 'server/store'],
  // The authorization server, and the relying party of Pro Santé Connect.
  'server/authorization': [
    'mappings',
    'server/auth',
    'server/config.ts',
    'server/dmp/types.ts',
    'server/openapi',
    'server/registry',
    'server/search',
    'server/store',
  ],
  'server/audit': ['mappings', 'server/auth/caller.ts', 'server/config.ts', 'server/dmp/types.ts', 'server/store'],
  'server/consent': ['mappings', 'server/auth/caller.ts', 'server/config.ts', 'server/dmp', 'server/store'],
  // What it puts on record goes where everything else does: one function makes what a record is found by.
  'server/identity': [
    'mappings',
    'server/audit',
    'server/auth/caller.ts',
    'server/config.ts',
    'server/dmp',
    'server/store',
  ],
  // How the deposits of the queue are made and what is accepted into it, the REST API says: it is given to the feed.
  'server/feed': [
    'mappings',
    'server/auth/caller.ts',
    'server/config.ts',
    'server/dmp/types.ts',
    'server/registry',
    'server/store',
  ],
  // Watches what the others do: health, metrics, traces.
  'server/operations': [
    'mappings',
    'server/audit/feed',
    'server/config.ts',
    'server/dmp/followers.ts',
    'server/registry',
    'server/store',
  ],
  'server/fhir': [
    'mappings',
    'profiles',
    'server/assets',
    'server/audit',
    'server/auth',
    // What it does is its own business; where it is, the API says.
    'server/authorization/routes.ts',
    'server/authorization/types.ts',
    'server/config.ts',
    'server/consent',
    'server/dmp',
    'server/feed',
    'server/identity',
    'server/openapi',
    'server/registry',
    'server/search',
    'server/store',
  ],
  // Serves what `console/` holds, which is no program of the server's.
  'server/console': ['mappings', 'server/assets', 'server/config.ts', 'server/dmp/types.ts', 'server/openapi'],
  'server/production.ts': ['server/config.ts'],
  // What is served beside the FHIR API, for the OpenAPI document.
  'server/document-parts.ts': ['server/admin', 'server/authorization', 'server/console', 'server/openapi'],
  // Wires the authorization server to the other rooms.
  'server/tokens.ts': ['mappings', 'server'],
  // Only these two see the REST API.
  'server/app.ts': ['mappings', 'profiles', 'server'],
  'server/until-told.ts': [],
  // The service, with nothing of the demonstration.
  'server/serve.ts': ['server'],
  'server/main.ts': ['mappings', 'profiles', 'server'],
};

/** Folders that may import anything of ours; no room may import them. */
export const outside = ['bench', 'console', 'openapi', 'test', 'tools'];

/** The room that a file of ours is in (the most specific one), by its path from the root. */
const roomOf = (file) =>
  Object.keys(rooms)
    .filter((room) => isIn(file, room))
    .sort((a, b) => b.length - a.length)[0];

const isIn = (file, folder) => file === folder || file.startsWith(`${folder}/`);

/** Why one file of ours may not import another; undefined when it may. Paths from the root. */
export function objection(file, imported) {
  const room = roomOf(file);
  if (room === undefined || isIn(imported, room) || rooms[room].some((allowed) => isIn(imported, allowed)))
    return undefined;
  return `${room} may import ${rooms[room].length === 0 ? 'nothing of ours' : `only ${rooms[room].join(', ')}`} (tools/rooms.mjs).`;
}

/** ESLint rule: every kind of import by a relative path, of types too, is asked for its objection. */
export const roomsRule = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const message = objection(file, path.posix.join(path.posix.dirname(file), source.value));
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
      TSImportType: ({ source }) => check({ source: source?.literal ?? source }),
    };
  },
};
