/**
 * What a reader must know of a document before reading it: whose it is, who wrote it, when, where. From the CDA header.
 */
import type { CdaActor, CdaHeader, CdaName, CdaOrganization } from '../../../mappings/cda/types.ts';
import type { Language } from '../outcome.ts';
import { escapeText } from '../xml/escape.ts';

const labels = {
  fr: {
    patient: 'Patient',
    born: 'Né(e) le',
    sex: 'Sexe',
    type: 'Type',
    date: 'Date',
    author: 'Auteur',
    validated: 'Responsable',
    custodian: 'Structure',
    act: 'Acte',
    untitled: 'Document sans titre',
  },
  en: {
    patient: 'Patient',
    born: 'Born',
    sex: 'Sex',
    type: 'Type',
    date: 'Date',
    author: 'Author',
    validated: 'Responsible',
    custodian: 'Organization',
    act: 'Act',
    untitled: 'Untitled document',
  },
} as const;

const sexes: Record<Language, Record<string, string>> = {
  fr: { M: 'masculin', F: 'féminin', UN: 'inconnu', U: 'inconnu' },
  en: { M: 'male', F: 'female', UN: 'unknown', U: 'unknown' },
};

/** HL7 TS as it stands in the document: no zone is changed, so that a day stays that day. */
export function timeOf(ts: string | undefined, language: Language): string | undefined {
  const m = /^(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2}))?/.exec(ts ?? '');
  if (!m) return undefined;
  const [, year, month, day, hour, minute] = m;
  const date = [year, month, day].filter((p) => p !== undefined);
  const shown = language === 'fr' ? date.reverse().join('/') : date.join('-');
  return hour === undefined ? shown : `${shown} ${hour}:${minute}`;
}

const joined = (parts: readonly (string | undefined)[], by: string): string | undefined => {
  const said = parts.filter((p) => p !== undefined && p !== '');
  return said.length > 0 ? said.join(by) : undefined;
};

/** Every part of a name, once: the name at birth and the one in use are both said. */
function nameOf(name: CdaName | undefined): string | undefined {
  if (!name) return undefined;
  const family = [...new Set(name.family.map((f) => f.value))].join(' – ');
  const given = [...new Set(name.given.map((g) => g.value))].join(', ');
  return joined([...name.prefix, family, given, ...name.suffix], ' ') ?? name.text;
}

const organizationOf = (o: CdaOrganization | undefined): string | undefined => o?.name;

const actorOf = (actor: CdaActor | undefined): string | undefined =>
  actor &&
  joined(
    [
      nameOf(actor.name) ?? joined([actor.device?.model, actor.device?.software], ' '),
      actor.role ?? actor.code?.display,
      organizationOf(actor.organization),
    ],
    ', ',
  );

/** The heading of a document's page, as text. */
export const titleOf = (header: CdaHeader | undefined, language: Language): string =>
  header?.title ?? header?.code.display ?? labels[language].untitled;

/** The facts as HTML, empty when nothing is known. */
export function factsOf(header: CdaHeader | undefined, language: Language): string {
  if (!header) return '';
  const l = labels[language];
  const [patient] = header.patients;
  const events = header.serviceEvents.map((e) =>
    joined([e.code?.display, joined([timeOf(e.low, language), timeOf(e.high, language)], ' – ')], ', '),
  );
  const rows: [string, string | undefined][] = [
    [l.patient, nameOf(patient?.name)],
    [l.born, timeOf(patient?.birthTime?.slice(0, 8), language)],
    [l.sex, patient?.sex === undefined ? undefined : (sexes[language][patient.sex] ?? patient.sex)],
    [l.type, header.code.display],
    [l.date, timeOf(header.effectiveTime, language)],
    ...header.authors.map((a): [string, string | undefined] => [l.author, actorOf(a)]),
    [l.validated, actorOf(header.legalAuthenticator)],
    [l.custodian, organizationOf(header.custodian)],
    ...events.map((e): [string, string | undefined] => [l.act, e]),
  ];
  const said = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`<dt>${escapeText(label)}</dt><dd>${escapeText(value)}</dd>`],
  );
  return said.length > 0 ? `<dl>${said.join('')}</dl>` : '';
}
