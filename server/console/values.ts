/**
 * The codes that the console offers, as a module of its own: made of the tables by which a deposit is checked, so that nothing is
 * offered that would be refused.
 */
import { insOids } from '../../mappings/ins.ts';
import { oidToSystem } from '../../mappings/terminology/systems.ts';
import { displayOf, valueSets, type ValueSetName } from '../../mappings/terminology/valuesets.ts';
import { type Asset, typeOfName } from '../assets/asset.ts';

interface Choice {
  system: string;
  code: string;
  display: string;
}

/** The members of a value set that have a display, by it. */
function choices(name: ValueSetName): Choice[] {
  const all = [...valueSets[name].codes].flatMap(([oid, codes]) =>
    [...codes].map((code) => ({ system: oidToSystem(oid), code, display: displayOf(code, oid) ?? code })),
  );
  return all.sort((a, b) => a.display.localeCompare(b.display, 'fr'));
}

/** `export const types`: of documents (JDV_J66); `confidentiality` and visibility: JDV_J58. */
const text = (): string =>
  [
    '/* Made by server/console/values.ts. */',
    `export const types = ${JSON.stringify(choices('J66'))};`,
    `export const confidentiality = ${JSON.stringify(choices('J58'))};`,
    `export const ins = ${JSON.stringify(Object.fromEntries(Object.entries(insOids).map(([name, oid]) => [name, `urn:oid:${oid}`])))};`,
    '',
  ].join('\n');

let bytes: Buffer | undefined;

export const consoleValues: Asset<unknown> = {
  contentType: typeOfName('values.js'),
  content: () => (bytes ??= Buffer.from(text(), 'utf8')),
};
