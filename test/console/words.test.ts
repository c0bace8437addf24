/** The console's sentences: both languages say the same things, with the same values. */
import { expect, it } from 'vitest';

type Words = Record<string, string>;
const load = async (name: string): Promise<Record<string, Words>> =>
  (await import(new URL(`../../console/app/${name}.js`, import.meta.url).href)) as Record<string, Words>;
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

it('stand in French and in English, under the same keys', async () => {
  const { fr = {} } = await load('words-fr');
  const { en = {} } = await load('words-en');
  expect(Object.keys(fr).length).toBeGreaterThan(150);
  expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
  for (const [key, text] of Object.entries(fr)) {
    expect([key, placeholders(en[key]!)]).toEqual([key, placeholders(text)]);
    expect([key, text.trim(), en[key]!.trim()]).toEqual([key, text, en[key]]);
  }
});

it('areas do not overwrite each other', async () => {
  const { care = {} } = await load('words-fr-care');
  const { administration = {} } = await load('words-fr-admin');
  expect(Object.keys(care).filter((key) => key in administration)).toEqual([]);
});
