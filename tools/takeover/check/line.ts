/** The metadata of a line, held against the façade's own tables. */
import { visibilities } from '../../../mappings/attributes.ts';
import { classOfType } from '../../../mappings/terminology/associations.ts';
import { displayOf, schemeOf, type ValueSetName } from '../../../mappings/terminology/valuesets.ts';
import type { XdsCode } from '../../../mappings/xds.ts';
import { columns } from '../manifest/columns.ts';
import { dateTimeOf, earliest } from '../manifest/dates.ts';
import { typeOf, type TypeMapping } from '../manifest/mapping.ts';
import type { Column, Finding, ManifestLine } from '../types.ts';

/** The metadata of a line, in codes. */
export interface LineFacts {
  type: XdsCode;
  class?: XdsCode;
  title: string;
  /** dateTime */
  date: string;
  start?: string;
  end?: string;
  practiceSetting?: XdsCode;
  event?: XdsCode;
  /** Codes of TRE_A07. */
  visibility: XdsCode[];
  author?: { family: string; given?: string; id: string; profession: XdsCode };
}

const required = (Object.keys(columns) as Column[]).filter((c) => columns[c].required);
const visibilityScheme = '1.2.250.1.213.1.1.4.13';

/** @returns facts only when nothing is wrong */
export function checkLine(
  { values, findings: given }: ManifestLine,
  mapping: TypeMapping,
  now: Date,
): { facts?: LineFacts; findings: Finding[] } {
  const findings: Finding[] = [...given];
  const wrong = (key: string, finding: Finding['values'] = {}): undefined =>
    void findings.push({ key, severity: 'error', values: finding });
  for (const column of required) if (values[column] === undefined) wrong('missing', { column });

  const date = (column: Column): string | undefined => {
    const text = values[column];
    if (text === undefined) return undefined;
    const read = dateTimeOf(text);
    if (read === undefined) return wrong('date', { column });
    // Of a day without a time, the day may have begun further east.
    if (read < earliest || Date.parse(read) > now.getTime() + 14 * 3_600_000)
      return wrong('date-implausible', { column });
    return read;
  };
  const code = (column: Column, set: ValueSetName): XdsCode | undefined => {
    const text = values[column];
    if (text === undefined) return undefined;
    const scheme = schemeOf(set, text);
    return scheme === undefined ? wrong('code-unknown', { column, set }) : { code: text, scheme };
  };

  const type = values.type === undefined ? undefined : typeOf(values.type, mapping);
  if (values.type !== undefined && !type) wrong('type-unknown');
  const said = values.class ?? type?.class;
  const klass = said === undefined ? undefined : { code: said, scheme: schemeOf('J57', said) ?? '' };
  if (klass?.scheme === '') wrong('code-unknown', { column: 'class', set: 'J57' });
  if (type && !klass && !classOfType(type.code, type.scheme)) wrong('class-unknown', { code: type.code });

  const [written, start, end] = (['date', 'start', 'end'] as const).map(date);
  if (start !== undefined && end !== undefined && Date.parse(end) < Date.parse(start))
    wrong('date-implausible', { column: 'end' });
  const practiceSetting = code('practice_setting', 'J04');
  const event = eventOf(values.event);
  if (values.event !== undefined && !event) wrong('code-unknown', { column: 'event', set: 'code|system' });
  const visibility = (values.visibility ?? '').split(/[,\s]+/).filter((c) => c !== '' && c !== 'N');
  if (visibility.some((c) => !(visibilities as readonly string[]).includes(c)))
    wrong('code-unknown', { column: 'visibility', set: visibilities.join(', ') });
  const { author: name, author_id: id, author_profession: profession } = values;
  const isWhole = name !== undefined && id !== undefined && profession !== undefined;
  const author = isWhole ? authorOf(name, id, profession) : undefined;
  if (isWhole && !author) wrong('author-id');
  if (!isWhole && (name ?? id ?? profession) !== undefined) wrong('author-incomplete');

  if (!type || written === undefined || findings.some((f) => f.severity === 'error')) return { findings };
  return {
    findings,
    facts: {
      type: { code: type.code, scheme: type.scheme },
      title: values.title ?? type.title ?? displayOf(type.code, type.scheme) ?? type.code,
      date: written,
      visibility: visibility.map((c) => ({ code: c, scheme: visibilityScheme })),
      ...(klass ? { class: klass } : {}),
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      ...(practiceSetting ? { practiceSetting } : {}),
      ...(event ? { event } : {}),
      ...(author ? { author } : {}),
    },
  };
}

/** `code|system` or `code|system|display`: acts have many nomenclatures. */
function eventOf(text: string | undefined): XdsCode | undefined {
  const [code, system, display] = (text ?? '').split('|');
  if (!code || !system) return undefined;
  return { code, scheme: system.replace(/^urn:oid:/, ''), ...(display ? { display } : {}) };
}

/** TRE_G15 */
const professions = '1.2.250.1.71.1.2.7';

/** `NOM Prénom`: the family name is what stands in capitals before it. @returns undefined for what identifies nobody */
function authorOf(name: string, id: string, profession: string): LineFacts['author'] {
  const national = /^\d{11}$/.test(id) ? `8${id}` : id;
  if (!/^(8\d{11}|0\d{9}|3\d{9}\/\S{1,40})$/.test(national)) return undefined;
  const display = displayOf(profession, professions);
  if (display === undefined) return undefined;
  const [, family = name, given = ''] = /^((?:[\p{Lu}'’-]+(?:\s|$))+)(.*)$/u.exec(name) ?? [];
  return {
    ...{ id: national, family: family.trim(), profession: { code: profession, scheme: professions, display } },
    ...(given.trim() === '' ? {} : { given: given.trim() }),
  };
}
