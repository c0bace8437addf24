import { expect, it } from 'vitest';
import { settingGroups, settings } from '../../server/config.ts';
import { settingRows } from '../../simulator/settings.ts';
import { configurationPage } from '../../tools/configuration.ts';

it('each setting stands in one group', () => {
  const grouped = Object.values(settingGroups).flatMap((group) => Object.keys(group));
  expect(grouped).toHaveLength(new Set(grouped).size);
  expect(grouped).toEqual(Object.keys(settings));
});

it('the page of settings has a row for each setting', () => {
  const page = configurationPage();
  for (const name of [...Object.keys(settings), ...Object.values(settingRows).map(({ env }) => env)]) {
    expect(page.match(new RegExp(`^\\| \`${name}\` `, 'gm'))).toHaveLength(1);
  }
  expect(page).toMatch(/^\| `PORT` +\| `8080` +\|/m);
});
