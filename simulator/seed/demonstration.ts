/** What the demonstration adds to the story: octets for three of P1's documents, and a text, an image, an RTF for P2. */
import { associationType } from '../xds/vocabulary.ts';
import { cdaOf, type CdaBody } from './cda.ts';
import type { AuthorSeed, CodeSeed, EntrySeed } from './entry.ts';
import { ids, type Lot } from './odette.ts';
import { authors, code, xcn } from './people.ts';

/** A grey pixel. */
const jpeg =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
  'wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=';
const base64 = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('base64');

/** Bodies of the entries that the wire fixtures only describe, by entryUUID. */
export const readable: Record<string, CdaBody> = {
  [ids.c]: {
    sections: [
      ['Motif', 'Dyspnée d’effort, œdèmes des membres inférieurs (document fictif).'],
      ['Évolution', 'Amélioration sous traitement ; diagnostic à annoncer en consultation.'],
    ],
  },
  [ids.d]: { sections: [['Prescription', 'Renouvellement pour trois mois (document fictif).']] },
  [ids.p]: { media: 'image/jpeg', base64: jpeg },
};

const ins = '141112A99004563^^^&1.2.250.1.213.1.4.10&ISO^NH';
const root = '2.16.840.1.113883.19.7601.3';

interface Document {
  /** Last part of every identifier. */
  number: number;
  title: string;
  time: string;
  author: AuthorSeed;
  legalAuthenticator: string;
  depositor: { person: string; structure: string };
  sector: CodeSeed;
  practice: CodeSeed;
  typeCode: CodeSeed;
  classCode: CodeSeed;
  formatCode: CodeSeed;
  body: CdaBody;
}

const fauconnet = {
  author: authors.fauconnet,
  legalAuthenticator: xcn.fauconnet,
  depositor: { person: '899700307715', structure: '499700307715001' },
  sector: code.office,
  practice: code.ambulatory,
};

const documents: Document[] = [
  {
    ...fauconnet,
    number: 1,
    title: 'Compte rendu de consultation',
    time: '20260914081500',
    classCode: code.report,
    typeCode: code.consultation,
    formatCode: code.plainText,
    body: { media: 'text/plain', base64: base64('Consultation du 14 septembre 2026.\nTexte fictif, accentué.\n') },
  },
  {
    ...fauconnet,
    number: 2,
    title: 'Ordonnance numérisée',
    time: '20260914083000',
    classCode: code.prescription,
    typeCode: code.drugs,
    formatCode: code.jpeg,
    body: { media: 'image/jpeg', base64: jpeg },
  },
  {
    number: 3,
    title: "Projet personnalisé d'accompagnement (brouillon)",
    time: '20260930120000',
    author: authors.leBihan,
    legalAuthenticator: xcn.leBihan,
    depositor: { person: '899700204581', structure: '1990100109' },
    sector: code.careHome,
    practice: code.social,
    classCode: code.plan,
    typeCode: code.project,
    formatCode: code.rtf,
    body: { media: 'text/rtf', base64: base64('{\\rtf1\\ansi Projet fictif.\\par}', 'latin1') },
  },
];

function lotOf(document: Document): Lot {
  const { number, time, author, title } = document;
  const uuid = (kind: number): string => `5d0${kind}${number}000-b3a1-11f1-8f0${number}-02420a1e0f31`;
  const entry: EntrySeed = {
    id: uuid(1),
    uniqueId: `${root}.50.${time.slice(0, 8)}.${number}`,
    patientId: ins,
    title,
    slots: {
      creationTime: time,
      languageCode: 'fr-FR',
      legalAuthenticator: document.legalAuthenticator,
      serviceStartTime: time,
      sourcePatientId: ins,
      sourcePatientInfo: ['PID-5|CAVALLINI^ANGE-TOUSSAINT^^^^^L', 'PID-7|19411103', 'PID-8|M'],
    },
    authors: [author],
    classCode: document.classCode,
    typeCode: document.typeCode,
    formatCode: document.formatCode,
    healthcareFacilityTypeCode: document.sector,
    practiceSettingCode: document.practice,
    confidentialityCodes: [code.normal],
    depositor: document.depositor,
  };
  const content = cdaOf(entry, { family: 'CAVALLINI', given: 'ANGE-TOUSSAINT' }, document.body);
  const at = time.replace(/(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6Z');
  return {
    at,
    set: {
      id: uuid(2),
      uniqueId: `${root}.40.${time.slice(0, 8)}.${number}`,
      sourceId: root,
      patientId: ins,
      title,
      submissionTime: time,
      author,
      contentTypeCode: code.consultations,
    },
    entries: [{ ...entry, content }],
    associations: [[uuid(3), associationType.hasMember, uuid(2), uuid(1)]],
  };
}

/** Lots that only the demonstration has. */
export const demonstration: Lot[] = documents.map(lotOf);
