/**
 * The rooms of the house and what each may import of ours (README, "Architecture"). ESLint enforces it
 * (`eslint.config.js`), and a test proves that it does. What is not listed is not allowed.
 */
export const rooms = {
  mappings: [],
  profiles: ['mappings'],
  simulator: [],
  'server/config.ts': [],
  'server/store': ['server/config.ts'],
  'server/dmp': ['mappings', 'server/config.ts'],
  'server/search': ['mappings'],
  'server/auth': ['mappings', 'server/config.ts', 'server/dmp/types.ts', 'server/store'],
  'server/fhir': [
    'mappings',
    'profiles',
    'server/auth',
    'server/config.ts',
    'server/dmp',
    'server/search',
    'server/store',
  ],
  // Only these two see the REST API.
  'server/app.ts': ['mappings', 'profiles', 'server'],
  'server/main.ts': ['mappings', 'profiles', 'server'],
};

/** Folders that may import anything of ours; no room may import them. */
export const outside = ['bench', 'console', 'openapi', 'test', 'tools'];

/** The same as zones of `import-x/no-restricted-paths`. */
export const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./${room}`,
  from: '.',
  except: ['./node_modules', `./${room}`, ...allowed.map((path) => `./${path}`)],
  message: `${room} may import ${allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`} (tools/rooms.mjs).`,
}));
