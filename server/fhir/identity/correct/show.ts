/** A correction as Parameters: what was fed to the wrong record, and how far each document has come. */
import type { Parameters, ParametersParameter, Resource } from '@medplum/fhirtypes';
import { errorRow, sentence } from '../../../../mappings/errors.ts';
import type { CorrectionItem, StoredCorrection } from '../../../store/types.ts';
import { readSetPayload } from '../../deposit/payload.ts';
import type { Call } from '../../interaction.ts';
import { errorSystem, type Language } from '../../outcome.ts';
import type { Services } from '../../services.ts';

/** How far a document has come. */
export function itemState({
  deletedAt,
  obsolete,
  refedId,
  dropped,
}: CorrectionItem): 'to-delete' | 'obsolete' | 'deleted' | 'fed' | 'dropped' {
  if (deletedAt === undefined && obsolete !== true) return 'to-delete';
  if (deletedAt === undefined) return dropped === true ? 'dropped' : 'obsolete';
  if (refedId !== undefined) return 'fed';
  return dropped === true ? 'dropped' : 'deleted';
}

const reference = (name: string, type: Resource['resourceType'], id: string | undefined): ParametersParameter[] =>
  id === undefined ? [] : [{ name, valueReference: { reference: `${type}/${id}` } }];

/** What every list of corrections says of one. */
const headOf = ({ id, state, wrongPatientId, rightPatientId, createdAt }: StoredCorrection): ParametersParameter[] => [
  { name: 'correction', valueId: id },
  { name: 'state', valueCode: state },
  ...reference('wrong', 'Patient', wrongPatientId),
  ...reference('right', 'Patient', rightPatientId),
  { name: 'started', valueInstant: createdAt.toISOString() },
];

export async function shownCorrection(
  correction: StoredCorrection,
  { language }: Call,
  { store }: Pick<Services, 'store'>,
): Promise<Parameters> {
  const items: ParametersParameter[] = [];
  for (const item of correction.items) items.push(itemPart(item, await titleOf(item, store), language));
  return {
    resourceType: 'Parameters',
    parameter: [...headOf(correction), { name: 'reason', valueString: correction.reason }, ...items],
  };
}

/** The open ones of a structure, newest first, each with the number of documents that are not settled. */
export function shownList(corrections: readonly StoredCorrection[]): Parameters {
  const parameter = corrections.map((c): ParametersParameter => ({
    name: 'open',
    part: [...headOf(c), { name: 'remaining', valueInteger: c.items.filter(isOpen).length }],
  }));
  return { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
}

const isOpen = (item: CorrectionItem): boolean => ['to-delete', 'obsolete', 'deleted'].includes(itemState(item));

function itemPart(item: CorrectionItem, title: string | undefined, language: Language): ParametersParameter {
  const { documentId, uniqueId, refedId, problem } = item;
  return {
    name: 'item',
    part: [
      ...reference('document', 'DocumentReference', documentId),
      { name: 'uniqueId', valueUri: `urn:oid:${uniqueId}` },
      ...(title === undefined ? [] : [{ name: 'title', valueString: title }]),
      { name: 'state', valueCode: itemState(item) },
      ...reference('fed', 'DocumentReference', refedId),
      ...(problem === undefined ? [] : [{ name: 'problem', valueCodeableConcept: conceptOf(problem, language) }]),
    ],
  };
}

/** A row of the error table, in the language of the answer. */
const conceptOf = (key: string, language: Language): ParametersParameter['valueCodeableConcept'] => ({
  coding: [{ system: errorSystem, code: key.replace(/^dmp:/, 'dmp-') }],
  text: sentence(errorRow(key), language),
});

/** The title under which it was deposited here. */
async function titleOf({ documentId }: CorrectionItem, store: Services['store']): Promise<string | undefined> {
  const document = await store.documents.byId(documentId);
  const set = document?.setId === undefined ? undefined : await store.sets.byId(document.setId);
  return set && readSetPayload(set.payload).documents.find((d) => d.id === documentId)?.entry.title;
}
