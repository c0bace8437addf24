/**
 * Writes mappings/terminology/tables/ from the ANS nomenclatures in SHARED_DIR/terminology: displays once per code
 * system, value sets as lists of codes, associations by target. Run `npx tsx tools/terminology.ts` when they change;
 * test/mappings/terminology compares the committed tables with the files.
 */
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemToOid } from '../mappings/terminology/systems.ts';

interface Concept {
  system?: string;
  oid?: string;
  code: string;
  display: string;
}
interface Nomenclature {
  title: string;
  oid: string | null;
  version: string | null;
  source: string;
  concepts: Concept[];
  groups: { source: string; target: string; elements: { code: string; target: string }[] }[];
}

const root = path.resolve(import.meta.dirname, '..');
const from = path.join(path.resolve(root, process.env.SHARED_DIR ?? '../shared'), 'terminology');
const to = path.join(root, 'mappings/terminology/tables');

const files = readdirSync(from);
const load = (name: string): Nomenclature => {
  const file = files.find((f) => f.startsWith(`${name}-`));
  if (!file) throw new Error(`${name} is not in ${from}`);
  return JSON.parse(readFileSync(path.join(from, file), 'utf8')) as Nomenclature;
};

/** The sets that DMP and PDSm bind; where displays differ, the first source that has the code wins. */
const sets = ['J57', 'J58', 'J59', 'J60', 'J61', 'J65', 'J66', 'J01', 'J02', 'J03', 'J04', 'J06', 'J07', 'J08', 'J10'];
const systems = ['A00', 'A01', 'A03', 'A05', 'A06', 'A07', 'G15', 'R01', 'R02'];

const schemeOf = (c: Concept): string => {
  const scheme = c.oid ?? systemToOid(c.system ?? '');
  if (!scheme) throw new Error(`no OID for ${c.system ?? 'nothing'}: add it to mappings/terminology/systems.ts`);
  return scheme;
};

const displays = new Map<string, Map<string, string>>();
const sources: string[] = [];
const learn = (all: Nomenclature): void => {
  // The partial ones are unions of the sets before them: they bring no source of their own.
  if (all.version) sources.push(` * - ${all.title}, ${all.version}: ${all.source}`);
  for (const c of all.concepts) {
    const scheme = schemeOf(c);
    const table = displays.get(scheme) ?? new Map<string, string>();
    displays.set(scheme, table);
    if (!table.has(c.code)) table.set(c.code, c.display);
  }
};

const head = (what: string, lines: string[] = []): string =>
  [
    '/**',
    ` * ${what}`,
    ' * Written by tools/terminology.ts: do not edit.',
    ...(lines.length > 0 ? [' *', ...lines] : []),
    ' */',
    '',
  ].join('\n');
const entry = (key: string, rows: string[]): string => `  '${key}': \`\n${rows.join('\n')}\n\`,\n`;

let valueSets = head('Value sets as lists of codes, per codingScheme. Source: ANS nomenclatures (NOS/SMT).');
valueSets += `\nexport const valueSetTables = {\n`;
for (const name of sets) {
  const all = load(`JDV_${name}`);
  learn(all);
  const codes = new Map<string, string[]>();
  for (const c of all.concepts) codes.set(schemeOf(c), [...(codes.get(schemeOf(c)) ?? []), c.code]);
  valueSets += `  ${name}: {\n    title: '${all.title.replaceAll('-', '_')}',\n    oid: '${all.oid ?? ''}',\n    version: '${all.version ?? ''}',\n    codes: {\n`;
  for (const [oid, list] of codes) valueSets += `      '${oid}': \`${wrap(list)}\`,\n`;
  valueSets += '    },\n  },\n';
}
valueSets += '} as const;\n';
for (const name of systems) learn(load(`TRE_${name}`));

function wrap(words: string[]): string {
  const lines = [''];
  for (const word of words) {
    const last = lines[lines.length - 1] as string;
    if (last.length + word.length > 108) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n        ');
}

let codes = head(
  'Codes and displays, once per code system (key: codingScheme OID). LOINC codes © Regenstrief Institute.',
  [' * Sources: ANS nomenclatures:', ...sources],
);
codes += '\nexport const codeTables: Readonly<Record<string, string>> = {\n';
for (const [oid, table] of displays)
  codes += entry(
    oid,
    [...table].map(([code, display]) => `${code}|${display}`),
  );
codes += '};\n';

const association = (name: string): string => {
  const all = load(`ASS_${name}`);
  let text = `/** ${all.title}, ${all.version ?? ''}: ${all.source} */\nexport const ${name.toLowerCase()}: Association = [\n`;
  for (const g of all.groups) {
    // IHE XDS-SD has five formats for one templateId: the media type decides (A12).
    if (name === 'A11' && g.source.includes('NonStructure')) continue;
    const byTarget = new Map<string, string[]>();
    for (const e of g.elements) byTarget.set(e.target, [...(byTarget.get(e.target) ?? []), e.code]);
    text += `  { source: '${systemToOid(g.source) ?? g.source}', target: '${systemToOid(g.target) ?? g.target}', rows: {\n`;
    for (const [target, list] of [...byTarget].sort(([a], [b]) => a.localeCompare(b)))
      text += `    '${target}': \`${wrap(list)}\`,\n`;
    text += '  } },\n';
  }
  return `${text}];\n`;
};
const associations =
  head('Associations of the ANS: what a code determines. Per pair of code systems, target → source codes.') +
  `
export type Association = readonly { source: string; target: string; rows: Readonly<Record<string, string>> }[];

` +
  ['X16', 'X04', 'A11', 'A12'].map((n) => association(n)).join('\n');

mkdirSync(to, { recursive: true });
writeFileSync(path.join(to, 'codes.ts'), codes);
writeFileSync(path.join(to, 'valuesets.ts'), valueSets);
writeFileSync(path.join(to, 'associations.ts'), associations);
