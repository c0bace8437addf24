import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { pages, pathOf } from '../../tools/docs.ts';

it.each(Object.entries(pages))('%s says what its tables say (npm run docs)', async (name, page) => {
  expect(await readFile(pathOf(name), 'utf8')).toBe(page());
});
