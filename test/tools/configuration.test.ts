import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { settings } from '../../server/config.ts';
import { settingRows } from '../../simulator/settings.ts';
import { configurationPage, file } from '../../tools/configuration.ts';

it('docs/configuration.md says what the tables of settings say (npm run docs)', async () => {
  expect(await readFile(file, 'utf8')).toBe(configurationPage());
});

it('and has a row for each setting', () => {
  const page = configurationPage();
  for (const name of [...Object.keys(settings), ...Object.values(settingRows).map(({ env }) => env)]) {
    expect(page.match(new RegExp(`^\\| \`${name}\` `, 'gm'))).toHaveLength(1);
  }
  expect(page).toMatch(/^\| `PORT` +\| `8080` +\|/m);
});
