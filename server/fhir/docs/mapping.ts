/** `/docs/mapping`: where each piece of metadata goes, from the rows by which it is mapped. */
import { mappingTable, type MappingLine } from '../../../mappings/mapping-table.ts';
import { relatesToCodes, relationTable } from '../../../mappings/relates-to.ts';
import type { Language } from '../outcome.ts';
import { code, heading, paragraph, table, type Cell } from './table.ts';

const words = {
  fr: {
    title: 'Correspondance entre XDS et FHIR',
    intro:
      'Une ligne par donnée, lue dans les deux sens par le même code. La dernière colonne dit ce qui ne revient pas quand un document déposé en FHIR est retrouvé en FHIR. Les mêmes lignes sont publiées en ConceptMap (/fhir/ConceptMap, ouvert).',
    wrapped:
      'Un document qui n’est pas un CDA est enveloppé dans un CDA N1 : attachment.contentType, hash et size relus sont ceux du CDA, et GET Binary avec Accept redonne les octets déposés.',
    head: ['XDS', 'ebRIM', 'FHIR', 'Forme', 'Recherche', 'Requête XDS', 'Perdu après FHIR → DMP → FHIR'],
    associations: 'Associations entre documents',
    relation: ['Association XDS', 'relatesTo.code', 'CDA relatedDocument', 'L’autre document'],
    superseded: 'devient superseded',
    kept: 'reste en vigueur',
    member: 'Appartenance à un lot ou à un classeur',
  },
  en: {
    title: 'Mapping between XDS and FHIR',
    intro:
      'One row per piece of metadata, read in both directions by the same code. The last column says what does not come back when something deposited in FHIR is found again in FHIR. The same rows are published as ConceptMaps (/fhir/ConceptMap, open).',
    wrapped:
      'A document that is not a CDA is wrapped in a CDA N1: attachment.contentType, hash and size read back are those of the CDA, and GET Binary with Accept gives the deposited bytes again.',
    head: ['XDS', 'ebRIM', 'FHIR', 'Form', 'Search', 'Stored query', 'Lost after FHIR → DMP → FHIR'],
    associations: 'Associations between documents',
    relation: ['XDS association', 'relatesTo.code', 'CDA relatedDocument', 'The other document'],
    superseded: 'becomes superseded',
    kept: 'stays current',
    member: 'Membership of a set or a folder',
  },
} as const;

const line = (l: MappingLine): Cell[] => [
  code(l.xds),
  l.ebrim,
  code(l.fhir),
  l.codec,
  l.search.join(', '),
  l.query.join(', '),
  { text: l.loss, lang: 'en' },
];

export function mappingPage(language: Language): { title: string; body: string } {
  const w = words[language];
  const { documentEntry, submissionSet, folder } = mappingTable();
  const section = (title: string, lines: readonly MappingLine[]): string =>
    heading(2, title) + table(title, w.head, lines.map(line));
  const relations = Object.values(relationTable).map(({ urn, cda }): Cell[] => [
    code(urn),
    code(relatesToCodes(urn).join(' + ')),
    code(cda.join(' + ')),
    (cda as readonly string[]).includes('RPLC') ? w.superseded : w.kept,
  ]);
  const others = ['urn:ihe:iti:2007:AssociationType:signs', 'urn:ihe:iti:2010:AssociationType:IsSnapshotOf'];
  return {
    title: w.title,
    body:
      heading(1, w.title) +
      paragraph(w.intro) +
      paragraph(w.wrapped) +
      section('DocumentReference ↔ DocumentEntry', documentEntry) +
      section('List ↔ SubmissionSet', submissionSet) +
      section('List ↔ Folder', folder) +
      heading(2, w.associations) +
      table(w.associations, w.relation, [
        ...relations,
        ...others.map((urn): Cell[] => [code(urn), code(relatesToCodes(urn).join(' + ')), '', w.kept]),
        [code('urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember'), code('List.entry.item'), '', w.member],
      ]),
  };
}
