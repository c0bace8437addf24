/** The search parameters of documents and lists: what the mapping tables know, as it is declared. */
import type { SearchType } from '../../../mappings/criteria.ts';
import { listSearchParameters } from '../../../mappings/list-search-parameters.ts';
import { documentSearchParameters } from '../../../mappings/search-parameters.ts';
import { r4 } from './canonicals.ts';
import type { SearchParameter } from './types.ts';

/** Modifiers that the matching knows, by type (`:missing` goes with every type). */
export const modifiers: Record<SearchType, readonly string[]> = {
  token: ['not'],
  date: [],
  string: ['exact', 'contains'],
  reference: ['identifier'],
};
/** Tokens that are shown by a text, in which `:text` looks. */
const withText: readonly string[] = [
  ...['type', 'category', 'facility', 'setting', 'format', 'event', 'security-label'],
  ...['code', 'designationType'],
];
const modifiersFor = (name: string, type: SearchType): readonly string[] => {
  if (name === 'patient.identifier') return [];
  return withText.includes(name) ? [...modifiers[type], 'text'] : modifiers[type];
};

/** How a client is to use a parameter, where its name does not say it. */
const remarks: Record<string, string> & Record<'patient' | 'patient.identifier', string> = {
  patient: 'Patient/<opaque id>. One value.',
  'patient.identifier': 'INS of the patient, as urn:oid:…|value. One value.',
  status: 'Mandatory, except with identifier or _id.',
  identifier: 'masterIdentifier (uniqueId) or identifier (entryUUID, logicalId).',
};

/**
 * The patient of a resource whose search parameters come from no mapping table.
 * @param definition canonical of its parameter `patient`
 */
export const patientParameters = (definition: string): readonly SearchParameter[] => [
  {
    name: 'patient',
    type: 'reference',
    definition,
    documentation: remarks.patient,
    modifiers: modifiers.reference,
    single: true,
  },
  {
    name: 'patient.identifier',
    type: 'token',
    documentation: remarks['patient.identifier'],
    modifiers: [],
    target: 'Patient',
    single: true,
  },
];

/** `subject`, which is another name of `patient`. */
const subjectParameters = (type: string): readonly SearchParameter[] => [
  {
    name: 'subject.identifier',
    type: 'token',
    documentation: 'As patient.identifier.',
    modifiers: [],
    target: 'Patient',
    single: true,
  },
  {
    name: 'subject',
    type: 'reference',
    definition: r4(`${type}-subject`),
    documentation: 'As patient.',
    modifiers: modifiers.reference,
    single: true,
  },
];

/** Those of the mapping table, and `subject`, which is another name of `patient`. */
export const documentParameters: readonly SearchParameter[] = [
  ...documentSearchParameters.map(({ name, type, definition, target, aliases }) => ({
    name,
    type,
    definition,
    ...(remarks[name] ? { documentation: remarks[name] } : {}),
    modifiers: modifiersFor(name, type),
    ...(name.startsWith('patient') ? { single: true } : {}),
    ...(target ? { target } : {}),
    ...(aliases ? { aliases } : {}),
  })),
  ...subjectParameters('DocumentReference'),
];

const listRemarks: Record<string, string> = {
  ...remarks,
  code: 'submissionset or folder. Mandatory, except with identifier or _id.',
  identifier: 'uniqueId, entryUUID or logicalId.',
  date: 'submissionTime of a set, lastUpdateTime of a folder.',
};

export const listParameters: readonly SearchParameter[] = [
  ...listSearchParameters.map(({ name, type, definition, target, aliases, setOnly }) => ({
    name,
    type,
    definition,
    ...(listRemarks[name] || setOnly ? { documentation: listRemarks[name] ?? 'Of submission sets only.' } : {}),
    modifiers: modifiersFor(name, type),
    ...(name.startsWith('patient') ? { single: true } : {}),
    ...(target ? { target } : {}),
    ...(aliases ? { aliases } : {}),
  })),
  ...subjectParameters('List'),
];

/** Modifiers that a parameter takes, without colon. */
export const modifiersOf = ({
  modifiers: own = [],
  single,
}: Pick<SearchParameter, 'modifiers' | 'single'>): readonly string[] => (single ? own : [...own, 'missing']);
