import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { outside, rooms } from '../../tools/rooms.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const eslint = new ESLint({
  cwd: root,
  // The text under test is no file of the project: the type-checked rules have nothing to say about it.
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId === 'house/rooms',
});

const asImport = (from: string) => `import * as it from '${from}';\nexport default it;\n`;

/** What the dependency rule says of a file that would import another. */
async function complaints(file: string, imported: string, write = asImport): Promise<string[]> {
  const from = path.relative(path.dirname(file), imported);
  const text = write(from.startsWith('.') ? from : `./${from}`);
  const [result] = await eslint.lintText(text, { filePath: path.join(root, file) });
  const fatal = result!.messages.find((message) => message.fatal);
  if (fatal !== undefined) throw new Error(fatal.message);
  return result!.messages.map(({ ruleId }) => ruleId ?? '');
}

const forbidden: [string, string][] = [
  ['mappings/x.ts', 'server/config.ts'],
  ['mappings/ebrim/x.ts', 'server/dmp/types.ts'],
  ['server/store/x.ts', 'mappings/xds.ts'],
  ['server/store/embedded/x.ts', 'server/dmp/types.ts'],
  ['server/dmp/x.ts', 'server/store/types.ts'],
  ['server/dmp/x.ts', 'server/auth/caller.ts'],
  ['server/dmp/transactions/x.ts', 'server/fhir/services.ts'],
  ['server/search/x.ts', 'server/config.ts'],
  ['server/auth/x.ts', 'server/fhir/services.ts'],
  ['server/auth/x.ts', 'server/dmp/xades.ts'],
  ['server/fhir/x.ts', 'server/app.ts'],
  ['server/fhir/x.ts', 'server/config/feed.ts'],
  ['server/fhir/x.ts', 'simulator/settings.ts'],
  ['simulator/x.ts', 'server/config.ts'],
  ['simulator/vihf/x.ts', 'mappings/xml/tree.ts'],
  ['server/app.ts', 'tools/token.ts'],
  ['server/main.ts', 'test/support/shared.ts'],
  ['simulator/x.ts', 'tools/pki.ts'],
  ['mappings/x.ts', 'test/support/shared.ts'],
];
const allowed: [string, string][] = [
  ['mappings/ebrim/x.ts', 'mappings/xds.ts'],
  ['server/store/embedded/x.ts', 'server/config.ts'],
  ['server/dmp/x.ts', 'mappings/xds.ts'],
  ['server/auth/x.ts', 'server/dmp/types.ts'],
  ['server/fhir/deposit/x.ts', 'server/store/types.ts'],
  ['server/app.ts', 'server/fhir/services.ts'],
  ['simulator/vihf/x.ts', 'simulator/settings.ts'],
  ['tools/x.ts', 'server/main.ts'],
  ['test/x.ts', 'simulator/settings.ts'],
];

describe('the dependency rule', () => {
  it.each(forbidden)('forbids %s to import %s', async (file, imported) => {
    expect(await complaints(file, imported)).toEqual(['house/rooms']);
  });

  it.each(allowed)('lets %s import %s', async (file, imported) => {
    expect(await complaints(file, imported)).toEqual([]);
  });

  it.each([
    (from: string) => `import type { A } from '${from}';\nexport type B = A;\n`,
    (from: string) => `export type { A } from '${from}';\n`,
    (from: string) => `export * from '${from}';\n`,
    (from: string) => `export const it = await import('${from}');\n`,
    (from: string) => `export type A = typeof import('${from}');\n`,
    (from: string) => `import '${from}';\n`,
  ])('sees every way to import (%#)', async (write) => {
    expect(await complaints('mappings/x.ts', 'server/config.ts', write)).toEqual(['house/rooms']);
    expect(await complaints('mappings/x.ts', 'mappings/xds.ts', write)).toEqual([]);
  });

  it('knows every folder and every room of the server', () => {
    const folders = (dir: string) =>
      readdirSync(path.join(root, dir), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => entry.name);
    const withoutCode = ['coverage', 'data', 'deploy', 'dist', 'docs', 'node_modules', 'prisma'];
    const known = [...Object.keys(rooms).map((room) => room.split('/')[0]!), ...outside, ...withoutCode];
    expect(folders('.').filter((name) => !known.includes(name))).toEqual([]);
    expect(folders('server').filter((name) => !(`server/${name}` in rooms))).toEqual([]);
  });
});
