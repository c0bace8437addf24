/**
 * The record of P1, Mme ODETTE ROUSSELIN, as the wire fixtures tell it: the prescription D, the patient's own document
 * P, the hospital's letter C, the lot of 2026-10-12 (letter A1, project B1, signature) and that of 2026-10-15 (A2).
 */
import { readFileSync } from 'node:fs';

import { associationType } from '../xds/vocabulary.ts';
import type { AuthorSeed, CodeSeed, EntrySeed, FolderSeed, SetSeed } from './entry.ts';
import { authors, code, xcn, xon } from './people.ts';

/** One submission as the registry keeps it: who, when, what. */
export interface Lot {
  /** Instant at which it is registered. */
  at: string;
  set: SetSeed;
  entries: EntrySeed[];
  folders?: FolderSeed[];
  /** id, type, source, target */
  associations: [id: string, type: string, source: string, target: string][];
}

const fixture = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

const { hasMember, replace, signs } = associationType;
const ins = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';
const identity = ['PID-5|BASTIDE^ODETTE^^^^^L', 'PID-7|19360412', 'PID-8|F'];
const identityAtVerger = [...identity.slice(0, 1), 'PID-5|ROUSSELIN^ODETTE^^^^^D', ...identity.slice(1)];
const verger = { person: '899700101233', structure: '1990100109' };
const resident = 'R-000471^^^&2.16.840.1.113883.19.7601.3.9&ISO^PI';

/** Fields that the documents of a place share. */
const place = (healthcareFacilityTypeCode: CodeSeed, practiceSettingCode: CodeSeed) => ({
  healthcareFacilityTypeCode,
  practiceSettingCode,
});
const atVerger = place(code.careHome, code.social);

export const ids = {
  a1: '703ceda7-c610-11f1-8462-02420a1e0f31',
  a2: 'bf918179-c890-11f1-86c4-02420a1e0f31',
  b1: '703cf27c-c610-11f1-849f-02420a1e0f31',
  b1Masked: '62ead14b-c93a-11f1-8926-02420a1e0f31',
  c: '6c9d3b9d-b373-11f1-8b88-02420a1e0f31',
  d: '7edfddef-6000-11f1-8dea-02420a1e0f31',
  p: '29c3d3c1-9e5c-11f1-904c-02420a1e0f31',
  signature1: '703cf74f-c610-11f1-84dc-02420a1e0f31',
  signature2: 'bf91864e-c890-11f1-8701-02420a1e0f31',
  set1: '703ce8d2-c610-11f1-8425-02420a1e0f31',
  set2: 'bf917ca4-c890-11f1-8687-02420a1e0f31',
  setC: '6c9d36c8-b373-11f1-8b4b-02420a1e0f31',
  setD: '7edfd91a-6000-11f1-8dad-02420a1e0f31',
  setP: '29c3ceec-9e5c-11f1-900f-02420a1e0f31',
  folder: '5fe1b8a0-a1b2-11f1-8d10-02420a1e0f31',
  setFolder: '5fe1b3cb-a1b2-11f1-8cd3-02420a1e0f31',
} as const;

const letter = (id: string, uniqueId: string, creationTime: string, patientId: string): EntrySeed => ({
  id,
  uniqueId,
  patientId,
  title: 'Lettre de liaison : retour chez la fille de la résidente',
  slots: {
    creationTime,
    languageCode: 'fr-FR',
    legalAuthenticator: xcn.maurel,
    serviceStartTime: '20260901120000',
    serviceStopTime: '20261012070000',
    sourcePatientId: resident,
    sourcePatientInfo: identityAtVerger,
    'urn:ihe:iti:xds:2013:referenceIdList': [
      'LD-ACC-20261012-7^^^&2.16.840.1.113883.19.7601.3.60&ISO^urn:ihe:iti:xds:2013:accession',
      'LD-ORD-5521^^^&2.16.840.1.113883.19.7601.3.61&ISO^urn:ihe:iti:xds:2013:order',
    ],
  },
  authors: [authors.maurel, authors.device],
  classCode: code.report,
  typeCode: code.leavingSocial,
  formatCode: code.pdf,
  ...atVerger,
  confidentialityCodes: [code.normal],
  eventCodes: [code.act, code.needForHelp],
  depositor: verger,
});

const signature = (id: string, uniqueId: string, time: string, patientId: string, file: string): EntrySeed => ({
  id,
  uniqueId,
  patientId,
  title: 'Source',
  slots: {
    creationTime: time,
    languageCode: 'art',
    legalAuthenticator: xcn.maurel,
    serviceStartTime: time,
    serviceStopTime: time,
    sourcePatientId: ins,
  },
  authors: [authors.maurel],
  classCode: code.signatureClass,
  typeCode: code.signatureType,
  formatCode: code.signatureFormat,
  ...atVerger,
  confidentialityCodes: [code.normal, code.masked, code.hiddenFromPatient],
  eventCodes: [code.signatureEvent],
  depositor: verger,
  signature: true,
  content: fixture(file),
});

/** OID of the software that each structure submits with. */
const sources: Record<string, string> = {
  [xon.verger]: '2.16.840.1.113883.19.7601.3',
  [xon.fauconnet]: '2.25.218203487120993746104476512093487112000',
  [xon.valmont]: '2.16.840.1.113883.19.8802',
};

const set = (
  id: string,
  uniqueId: string,
  submissionTime: string,
  author: AuthorSeed,
  contentTypeCode: CodeSeed,
  title: string,
  comments?: string,
): SetSeed => ({
  id,
  uniqueId,
  sourceId: sources[author.institution ?? ''] ?? '2.16.840.1.113883.19.9901',
  patientId: ins,
  title,
  ...(comments === undefined ? {} : { comments }),
  submissionTime,
  author,
  contentTypeCode,
});

const prescription: EntrySeed = {
  id: ids.d,
  uniqueId: '2.25.218203487120993746104476512093487112034',
  patientId: `${ins}^^20260604`,
  title: 'Ordonnance de renouvellement (juin 2026)',
  slots: {
    creationTime: '20260604101500',
    languageCode: 'fr-FR',
    legalAuthenticator: xcn.fauconnet,
    serviceStartTime: '20260604100000',
    sourcePatientId: ins,
    sourcePatientInfo: identity,
  },
  authors: [authors.fauconnet],
  classCode: code.prescription,
  typeCode: code.drugs,
  formatCode: code.drugsFormat,
  ...place(code.office, code.ambulatory),
  confidentialityCodes: [code.normal],
  depositor: { person: '899700307715', structure: '499700307715001' },
  figures: { hash: '9b1c0d2e3f405162738495a6b7c8d9eafb0c1d2e', size: 20577 },
};

const directives: EntrySeed = {
  id: ids.p,
  uniqueId: '2.16.840.1.113883.19.9901.4.55120',
  patientId: ins,
  title: 'Directives anticipées manuscrites',
  slots: {
    creationTime: '20260822190100',
    languageCode: 'fr-FR',
    legalAuthenticator: xcn.odette,
    serviceStartTime: '20260822190100',
    sourcePatientId: ins,
    'urn:exemple-fictif:canalDepot': ['application-mobile', 'v7'],
  },
  authors: [authors.odette],
  classCode: code.patientDocument,
  typeCode: code.directives,
  formatCode: code.jpeg,
  ...place(code.patientSector, code.patientSector),
  confidentialityCodes: [code.normal],
  depositor: { person: '236046999012376', structure: '' },
  figures: { hash: 'c0ffee11d2e3f40516273849a5b6c7d8e9f0a1b2', size: 315904 },
};

const hospitalLetter: EntrySeed = {
  id: ids.c,
  uniqueId: '2.16.840.1.113883.19.8802.71.2026.93317',
  patientId: ins,
  title: "Lettre de liaison à la sortie d'hospitalisation",
  comments: 'Contient un diagnostic à annoncer en consultation',
  slots: {
    creationTime: '20260918150000',
    languageCode: 'fr-FR',
    legalAuthenticator: xcn.tranDelmas,
    serviceStartTime: '20260910063000',
    serviceStopTime: '20260918140000',
    sourcePatientId: '8840012^^^&2.16.840.1.113883.19.8802.3&ISO^PI',
    sourcePatientInfo: [...identity].reverse(),
  },
  authors: [authors.tranDelmas],
  classCode: code.report,
  typeCode: code.leavingHospital,
  formatCode: code.hospitalLetter,
  ...place(code.publicHospital, code.hospital),
  confidentialityCodes: [code.restricted, code.hiddenFromPatient, code.hiddenFromRepresentatives],
  eventCodes: [code.heartFailure],
  depositor: { person: '899700566047', structure: '399910023300041' },
  figures: { hash: '3f7a90d1c2b3a4958677e6d5c4b3a29180f7e6d5', size: 48213 },
};

const project: EntrySeed = {
  id: ids.b1,
  uniqueId: '2.16.840.1.113883.19.7601.3.50.20261012.2',
  patientId: ins,
  title: "Projet personnalisé d'accompagnement 2026",
  slots: {
    creationTime: '20261010141500',
    languageCode: 'fr-FR',
    legalAuthenticator: xcn.maurel,
    serviceStartTime: '20261005073000',
    serviceStopTime: '20261010141500',
    sourcePatientId: resident,
    sourcePatientInfo: identityAtVerger,
  },
  authors: [authors.leBihan],
  classCode: code.plan,
  typeCode: code.project,
  formatCode: code.unprofiled,
  ...atVerger,
  confidentialityCodes: [code.normal],
  depositor: verger,
  content: fixture('b1-project.xml'),
};

const firstLetter: EntrySeed = {
  ...letter(ids.a1, '2.16.840.1.113883.19.7601.3.50.20261012.1', '20261012073000', ins),
  content: fixture('a1-letter.xml'),
};
const secondLetter: EntrySeed = {
  ...letter(ids.a2, '2.16.840.1.113883.19.7601.3.50.20261015.1', '20261015115500', `${ins}^^20261015`),
  title: 'Lettre de liaison : retour chez la fille de la résidente (version corrigée)',
  comments: 'Sortie temporaire, traitement ajusté',
  content: fixture('a2-letter.xml'),
};

const lot = '2.16.840.1.113883.19.7601.3.40';
const signed = '2.16.840.1.113883.19.7601.3.51';

/** The lots in the order of their registration. D replaced two prescriptions that the registry no longer holds. */
export const lots: Lot[] = [
  {
    at: '2026-06-04T10:16:00Z',
    set: set(
      ids.setD,
      '2.25.218203487120993746104476512093487112033',
      '20260604101530',
      authors.fauconnet,
      code.consultations,
      'Ordonnance',
    ),
    entries: [prescription],
    associations: [
      ['7ee007b9-6000-11f1-8e64-02420a1e0f31', hasMember, ids.setD, ids.d],
      ['7edff6c2-6000-11f1-8e27-02420a1e0f31', replace, ids.d, '1f3a0c9e-5b44-11f1-8c01-02420a1e0f31'],
      [
        '1f3a2571-5b44-11f1-8c3e-02420a1e0f31',
        replace,
        '1f3a0c9e-5b44-11f1-8c01-02420a1e0f31',
        '0c77e2d4-5277-11f1-8b07-02420a1e0f31',
      ],
    ],
  },
  {
    at: '2026-08-22T19:01:30Z',
    set: set(
      ids.setP,
      '2.16.840.1.113883.19.9901.4.55119',
      '20260822190110',
      authors.odette,
      code.byPatient,
      'Dépôt du patient',
    ),
    entries: [directives],
    associations: [['29c3d896-9e5c-11f1-9089-02420a1e0f31', hasMember, ids.setP, ids.p]],
  },
  {
    at: '2026-09-18T15:05:00Z',
    set: set(
      ids.setC,
      '2.16.840.1.113883.19.8802.70.2026.93317',
      '20260918150230',
      authors.tranDelmas,
      code.fullHospital,
      'Sortie',
    ),
    entries: [hospitalLetter],
    associations: [['6c9d4072-b373-11f1-8bc5-02420a1e0f31', hasMember, ids.setC, ids.c]],
  },
  {
    at: '2026-10-12T07:42:10Z',
    set: set(
      ids.set1,
      `${lot}.20261012.1`,
      '20261012074200',
      authors.maurel,
      code.boarding,
      'Dépôt du 12 octobre 2026',
      'Lettre de liaison et projet personnalisé',
    ),
    entries: [
      firstLetter,
      project,
      signature(ids.signature1, `${signed}.20261012.1`, '20261012074200', ins, 'lot1-signature.xml'),
    ],
    associations: [
      ['703cfc26-c610-11f1-8519-02420a1e0f31', hasMember, ids.set1, ids.a1],
      ['703d00fb-c610-11f1-8556-02420a1e0f31', hasMember, ids.set1, ids.b1],
      ['703d05d0-c610-11f1-8593-02420a1e0f31', hasMember, ids.set1, ids.signature1],
      ['703d0aa5-c610-11f1-85d0-02420a1e0f31', signs, ids.signature1, ids.set1],
    ],
  },
  {
    at: '2026-10-15T12:05:44Z',
    set: set(
      ids.set2,
      `${lot}.20261015.1`,
      '20261015120530',
      authors.maurel,
      code.boarding,
      'Correction de la lettre de liaison',
    ),
    entries: [
      secondLetter,
      signature(ids.signature2, `${signed}.20261015.1`, '20261015120530', `${ins}^^20261015`, 'lot2-signature.xml'),
    ],
    associations: [
      ['bf918ff8-c890-11f1-877b-02420a1e0f31', hasMember, ids.set2, ids.a2],
      ['bf9194cd-c890-11f1-87b8-02420a1e0f31', hasMember, ids.set2, ids.signature2],
      ['bf9199a2-c890-11f1-87f5-02420a1e0f31', signs, ids.signature2, ids.set2],
      ['bf918b23-c890-11f1-873e-02420a1e0f31', replace, ids.a2, ids.a1],
    ],
  },
];

/** The folder that golden td3-1c/02 finds and td3-1c/03 does not: of the seed `folders`, and of the demonstration. */
export const folderLot: Lot = {
  at: '2026-10-12T07:42:13Z',
  set: set(ids.setFolder, `${lot}.20261012.9`, '20261012074212', authors.maurel, code.boarding, 'Classeur du séjour'),
  entries: [],
  folders: [
    {
      id: ids.folder,
      uniqueId: '2.16.840.1.113883.19.7601.3.70.1',
      patientId: ins,
      title: 'Classeur fictif 2026',
      codes: [['SEJOUR', '2.16.840.1.113883.19.7601.9.1', 'Séjour (code fictif)']],
    },
  ],
  associations: [
    ['5fe1bd75-a1b2-11f1-8d4d-02420a1e0f31', hasMember, ids.setFolder, ids.folder],
    ['5fe1c24a-a1b2-11f1-8d8a-02420a1e0f31', hasMember, ids.folder, ids.b1],
    ['5fe1c71f-a1b2-11f1-8dc7-02420a1e0f31', hasMember, ids.folder, ids.c],
  ],
};
