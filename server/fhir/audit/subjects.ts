/**
 * What an answer is about, for its record: the patients that it names by our ids, and the resources that were made, read or changed.
 */
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Store } from '../../store/types.ts';
import type { RequestState } from '../request.ts';
import type { Reply } from '../interaction.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const patientReference = new RegExp(String.raw`\bPatient/(${uuid})\b`, 'g');
/** A contained Patient (sourcePatientInfo of a document) has an id of its resource, not of ours. */
const isOurs = new RegExp(`^${uuid}$`);

/** Every id that stands where the id of a patient does, in references and in the sentences of an outcome. */
export function patientIdsIn(resource: Resource | undefined): Set<string> {
  const found = new Set<string>();
  // The hits of a list share what recurs in them (mappings/recurring.ts).
  const seen = new Set<object>();
  // Whoever reads the record reads of accesses, not of patients: one record of that is enough (docs/audit.md).
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.includes('Patient/')) for (const [, id = ''] of value.matchAll(patientReference)) found.add(id);
    } else if (typeof value === 'object' && value !== null) {
      if (Object.isFrozen(value)) {
        if (seen.has(value)) return;
        seen.add(value);
      }
      if (Array.isArray(value)) return value.forEach(look);
      const { resourceType, id } = value as { resourceType?: unknown; id?: unknown };
      if (resourceType === 'AuditEvent') return;
      if (resourceType === 'Patient' && typeof id === 'string' && isOurs.test(id)) found.add(id);
      Object.values(value).forEach(look);
    }
  };
  look(resource);
  return found;
}

/** `Type/id[/_history/n]` of a location of ours. */
const located = (location: string | undefined): string | undefined =>
  /\b([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?)$/.exec(location ?? '')?.[1];

/** Of a transaction: the set that was made, and the rest; the answer has an entry for each of the request, in its order. */
function madeByTransaction(body: unknown, answer: Resource | undefined): { set?: string; references: string[] } {
  const { entry = [] } = (body ?? {}) as Bundle;
  const answered = answer?.resourceType === 'Bundle' ? (answer.entry ?? []) : [];
  const isSet = (i: number): boolean => {
    const resource = entry[i]?.resource;
    return resource?.resourceType === 'List' && resource.code?.coding?.some((c) => c.code === 'submissionset') === true;
  };
  const made = answered.map((e, i) => ({ at: located(e.response?.location), isSet: isSet(i) }));
  const set = made.find((m) => m.isSet)?.at;
  const references = made.flatMap((m) => (m.isSet || m.at === undefined || m.at.startsWith('Binary/') ? [] : [m.at]));
  return { ...(set === undefined ? {} : { set }), references: [...new Set(references)] };
}

/** What a request was about, besides its patients. */
export function resourcesOf(
  { asked, call }: RequestState,
  reply: Reply | undefined,
): { set?: string; references: string[] } {
  const { type, id, interaction } = asked ?? {};
  const { version } = call ?? {};
  const ok = reply !== undefined && reply.status < 400;
  if (interaction === undefined) return { references: [] };
  // Accepted to be made later: what it made is its attempt's to say.
  const task = reply?.status === 202 ? located(reply.headers?.['Content-Location']) : undefined;
  if (task !== undefined) return { references: [task] };
  if (interaction.code === 'transaction')
    return ok ? madeByTransaction(call?.body, reply.resource) : { references: [] };
  if (interaction.code === 'search-type') return { references: [] };
  if (type !== undefined && id !== undefined)
    return { references: [`${type}/${id}${version === undefined ? '' : `/_history/${version}`}`] };
  if (!ok) return { references: [] };
  const said = located(reply.headers?.['Location'] ?? reply.headers?.['Content-Location']);
  const shown = interaction.code === 'operation' ? referenceIn(reply.resource) : shownAs(type, reply.resource);
  const found = said ?? shown;
  return { references: found === undefined ? [] : [found] };
}

const shownAs = (type: string | undefined, resource: Resource | undefined): string | undefined =>
  resource?.resourceType === type && resource?.id !== undefined ? `${type}/${resource.id}` : undefined;

/** The first resource of ours that an operation answers a reference to. */
function referenceIn(resource: Resource | undefined): string | undefined {
  if (resource?.resourceType !== 'Parameters') return undefined;
  const references = (resource.parameter ?? []).map((p) => located(p.valueReference?.reference));
  return references.find((r) => r?.startsWith('DocumentReference/'));
}

/**
 * `Patient.id` of all whom an answer is about: those of the calls of the DMP, those that it names, and the one of a document that it
 * names. Fed identities (ITI-104) count as the patient that they are linked to.
 */
export async function patientsOf(
  state: RequestState,
  reply: Reply | undefined,
  references: readonly string[],
  store: Pick<Store, 'patients' | 'identities' | 'documents'>,
): Promise<string[]> {
  const known = new Set(await (state.trail?.patients() ?? []));
  const { type, id } = state.asked ?? {};
  const named = patientIdsIn(reply?.resource);
  if (type === 'Patient' && id !== undefined) named.add(id);
  const others = [...named].filter((id) => !known.has(id));
  if (others.length > 0) {
    const patients = await store.patients.among(others);
    for (const id of patients) known.add(id);
    const structure = state.caller?.structure.id;
    const identities = structure === undefined ? [] : others.filter((id) => !patients.includes(id));
    for (const identity of identities) {
      const fed = await store.identities.byId(identity, structure ?? '');
      if (fed?.ins) known.add((await store.patients.byIns(fed.ins)).id);
    }
  }
  if (known.size > 0) return [...known];
  const [, document] = /^(?:DocumentReference|Binary)\/([^/]+)/.exec(references[0] ?? '') ?? [];
  const found = document === undefined ? undefined : await store.documents.byId(document);
  return found ? [found.patientId] : [];
}
