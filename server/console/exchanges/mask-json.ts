/** FHIR JSON as it may be shown: the shape whole, values only where the place of a value makes it harmless. */
import { addressOf, masked, opaqueOrMasked, shown } from './mask.ts';

type Json = unknown;
/** @param beside the object in which the value stands */
type Rule = (value: string, beside: Readonly<Record<string, Json>>, path: readonly string[]) => string;

const of =
  (form: RegExp): Rule =>
  (value) =>
    form.test(value) ? value : masked;
/** Without blanks: what has some may be somebody's name in the wrong place. */
const code = of(/^[\w.:/^&-]{1,100}$/);
const instant = of(/^\d{4}(-\d\d(-\d\d(T[\d:.+Z-]+)?)?)?$/);
const canonical = of(/^(https?:|urn:)[\w./:#|-]+$/);

const all = (names: string, rule: Rule): [string, Rule][] => names.split(' ').map((name) => [name, rule]);

/** Name of a property → what is shown of it; what is not here is masked. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...all(
    'resourceType status use type mode method code severity relation valueCode intent language action outcome',
    code,
  ),
  ...all('contentType fhirVersion versionId kind gender', code),
  ['hash', of(/^[\da-zA-Z+/]{20,128}={0,2}$/)],
  ...all('system profile definition valueCanonical valueUri uri', canonical),
  ...all('date dateTime creation start end lastUpdated recorded timestamp valueInstant', instant),
  ...all('url fullUrl reference location', (value) => (value.startsWith('#') ? '#…' : addressOf(value))),
  ['id', opaqueOrMasked],
  ['value', opaqueOrMasked],
  ['etag', of(/^(W\/)?"[\w.-]{1,64}"$/)],
  // Where something is; a FHIRPath that compares would say with what.
  ['expression', of(/^[\w.:[\]()-]{1,300}$/)],
  // Of a code; a reference's is somebody's name.
  ['display', (value, beside) => ('code' in beside && 'system' in beside ? value : masked)],
  // Of an operation's parameter; an organization's is its name.
  [
    'name',
    (value, _beside, path) =>
      /^(parameter|part)$/.test(path.at(-2) ?? '') && /^[\w.-]{1,60}$/.test(value) ? value : masked,
  ],
  // Sentences of the error table, which name nobody.
  ['text', (value, _beside, path) => (path.includes('issue') && path.at(-2) === 'details' ? value : masked)],
  ['diagnostics', (value, _beside, path) => (path.includes('issue') ? value : masked)],
]);

/** Numbers that may be large; of the others one of nine digits may be a telephone's. */
const counts: ReadonlySet<string> = new Set(['size', 'total']);

function mask(value: Json, path: readonly string[], beside: Readonly<Record<string, Json>>): Json {
  const name = path.at(-1) ?? '';
  if (Array.isArray(value)) return value.map((each) => mask(each, path, beside));
  if (typeof value === 'object' && value !== null) {
    const own = value as Record<string, Json>;
    return Object.fromEntries(
      Object.entries(own).map(([key, each]) => [
        /^_?[a-z][A-Za-z]{0,40}$/.test(key) ? key : masked,
        mask(each, [...path, key], own),
      ]),
    );
  }
  if (typeof value === 'string') return rules.get(name)?.(value, beside, path) ?? masked;
  return typeof value === 'number' && String(value).length > (counts.has(name) ? 10 : 6) ? masked : value;
}

/** @param bytes of a body @returns indented text, or what it is where it is no JSON */
export function maskedJson(bytes: Uint8Array): string {
  try {
    const value: Json = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return shown(JSON.stringify(mask(value, [], {}), null, 2));
  } catch {
    return '(JSON ?)';
  }
}
