/**
 * The DMP's transactions as events, as a table: what each is in IHE's words, and what is done by it. Types are DICOM's, as IHE ITI
 * TF-2 gives them for the transactions that the DMP's are (dmp-wire §1.1); the habilitations are the DMP's own. Published as
 * CodeSystem `dmp-transaction`.
 */
import type { AuditEvent, Coding } from '@medplum/fhirtypes';
import { patterns, type Roles } from './patterns.ts';
import { auditSystems as systems } from './systems.ts';

export interface DmpTransaction {
  fr: string;
  en: string;
  type: Coding;
  action: NonNullable<AuditEvent['action']>;
  /** IHE's transaction that it is. */
  ihe?: readonly [code: string, display: string];
  roles: Roles;
}

const dcm = (code: string, display: string): Coding => ({ system: systems.dcm, code, display });
const query = dcm('110112', 'Query');
const exported = dcm('110106', 'Export');
const imported = dcm('110107', 'Import');
const patientRecord = dcm('110110', 'Patient Record');

type Row = readonly [
  fr: string,
  en: string,
  type: Coding,
  action: DmpTransaction['action'],
  ihe?: readonly [code: string, display: string],
];

const update = ['ITI-57', 'Update Document Set'] as const;
const storedQuery = ['ITI-18', 'Registry Stored Query'] as const;

const rows = {
  'TD0.2': ['Test d’existence du DMP', 'Existence of the DMP', query, 'E'],
  'TD0.3': ['Autorisation d’accès', 'Access authorisation', patientRecord, 'U'],
  'TD0.4': ['Liste des DMP autorisés', 'Records that one is authorised for', query, 'E'],
  'TD0.5': [
    'Recherche d’un patient',
    'Patient demographics query',
    query,
    'E',
    ['ITI-47', 'Patient Demographics Query'],
  ],
  'TD1.1': ['Création du DMP', 'Creation of the DMP', patientRecord, 'C'],
  'TD1.2': ['Réactivation du DMP', 'Reactivation of the DMP', patientRecord, 'U'],
  'TD1.3a': ['Consultation des données administratives', 'Administrative data, read', patientRecord, 'R'],
  'TD1.3b': ['Modification des données administratives', 'Administrative data, changed', patientRecord, 'U'],
  'TD1.4': ['Fermeture du DMP', 'Closure of the DMP', patientRecord, 'U'],
  'TD1.6': ['Accès internet du patient', 'Patient’s internet account', patientRecord, 'U'],
  'TD2.1': ['Alimentation', 'Feeding', exported, 'C', ['ITI-41', 'Provide and Register Document Set-b']],
  'TD3.1a': ['Recherche de documents', 'Document search', query, 'E', storedQuery],
  'TD3.1b': ['Recherche d’un document par identifiant', 'Document search by identifier', query, 'E', storedQuery],
  'TD3.2': ['Consultation d’un document', 'Document retrieval', imported, 'R', ['ITI-43', 'Retrieve Document Set']],
  'TD3.3a': ['Masquage aux professionnels', 'Masking from professionals', exported, 'U', update],
  'TD3.3b': ['Visibilité pour le patient', 'Visibility to the patient', exported, 'U', update],
  'TD3.3c': ['Suppression d’un document', 'Deletion of a document', exported, 'U', update],
  'TD3.3d': ['Archivage d’un document', 'Archiving of a document', exported, 'U', update],
} as const satisfies Record<string, Row>;

/** What is fetched comes from the DMP; everything else goes to it. */
const rolesOf = (type: Coding): Roles => (type === imported ? patterns.read.roles : patterns.query.roles);

export const dmpTransactions: Readonly<Record<string, DmpTransaction>> = Object.fromEntries(
  Object.entries<Row>(rows).map(([name, [fr, en, type, action, ihe]]) => [
    name,
    { fr, en, type, action, roles: rolesOf(type), ...(ihe ? { ihe } : {}) },
  ]),
);

/** One that the table does not know is an export of whatever it carries: named, and nothing more is claimed. */
export const dmpTransaction = (name: string): DmpTransaction =>
  dmpTransactions[name] ?? { fr: name, en: name, type: exported, action: 'E', roles: rolesOf(exported) };
