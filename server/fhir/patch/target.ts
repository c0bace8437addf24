/**
 * Which document a PATCH is about: by id, or by the criteria of a conditional patch (FHIR R4 http.html#patch: none 404,
 * several 412).
 */
import { uris } from '../../../mappings/canonicals.ts';
import type { Criterion, CriterionValue } from '../../../mappings/criteria.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { getDocuments, type StoredQuery } from '../../../mappings/query.ts';
import { systemToOid } from '../../../mappings/terminology/systems.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Ins, StoredDocument } from '../../store/types.ts';
import { definitionOf } from '../definition.ts';
import { documentOf } from '../document-read.ts';
import { dryRun } from '../dry-run-parameter.ts';
import type { Call } from '../interaction.ts';
import { isPatientCriterion, patientOf } from '../patient-of.ts';
import { askRegistry } from '../registry.ts';
import type { Services } from '../services.ts';

/** What a conditional patch may say beside `identifier`. */
const criteriaNames: readonly string[] = [
  'identifier',
  'patient',
  'subject',
  'patient.identifier',
  'subject.identifier',
];
const parameters = definitionOf('DocumentReference').searchParameters.filter((p) => criteriaNames.includes(p.name));

/**
 * The document that the call names.
 * @throws IssueError not-found, patch-identifier-unknown (404), condition-several (412), search-parameter-… (400); DmpError
 */
export async function targetOf(call: Call, services: Services): Promise<StoredDocument> {
  if (call.id !== undefined) return documentOf(call.id, services);
  const pairs = call.pairs.filter(([name]) => name !== dryRun);
  const { criteria } = parseSearch(pairs, parameters, { handling: 'strict', sortable: [] });
  const identifiers = criteria.filter((c) => c.name === 'identifier');
  if (identifiers.length === 0)
    throw new IssueError({ key: 'search-parameter-required', values: { name: 'identifier', rule: 'PDSm flux 03' } });
  const values = identifiers.flatMap((c) => c.values.map((v) => identifierOf(c, v)));
  const designated = await patientOf(criteria.filter(isPatientCriterion), services, call.caller.structure.id);
  const found = await matching(values, designated?.ins, call, services);
  const [document, ...more] = found;
  if (more.length > 0) throw new IssueError({ key: 'condition-several', values: { element: 'identifier' } });
  if (document) return document;
  throw new IssueError(
    designated ? { key: 'not-found', values: { type: 'DocumentReference' } } : { key: 'patch-identifier-unknown' },
  );
}

/** uniqueId, entryUUID or logicalId of a token; undefined when its system is another: no document has it then. */
function identifierOf(criterion: Criterion, value: CriterionValue): string | undefined {
  if (value.type !== 'token' || criterion.modifier !== undefined || !value.code)
    throw new IssueError({ key: 'condition-unsupported', values: { element: 'identifier' } });
  const { system, code } = value;
  if (!system || system === uris) return code;
  // A uniqueId made of an OID and an extension (ITI TF-3 §4.2.3.2.26).
  const oid = systemToOid(system);
  return oid === undefined ? undefined : `${oid}^${code}`;
}

async function matching(
  values: readonly (string | undefined)[],
  ins: Ins | undefined,
  call: Call,
  services: Services,
): Promise<StoredDocument[]> {
  const given = [...new Set(values.filter((v) => v !== undefined))];
  const isTheirs = (d: StoredDocument): boolean => !ins || (d.ins.value === ins.value && d.ins.oid === ins.oid);
  const known = (await Promise.all(given.map((v) => services.store.documents.allByIdentifier(v)))).flat();
  const unique = new Map(known.filter(isTheirs).map((d) => [d.id, d]));
  if (unique.size > 0 || known.length > 0 || !ins) return [...unique.values()];
  // Never seen here: the registry knows, when the caller may ask it for more than a reference.
  for (const query of call.caller.strength === 'psc' ? queriesOf(given) : []) {
    const { found } = await askRegistry(query, ins, call, services);
    for (const { document } of found) unique.set(document.id, document);
  }
  return [...unique.values()];
}

const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const oidForm = /^(?:urn:oid:)?([0-2](?:\.\d+)+(?:\^.+)?)$/;

function queriesOf(identifiers: readonly string[]): StoredQuery[] {
  const uniqueIds = identifiers.flatMap((v) => oidForm.exec(v)?.[1] ?? []);
  const entryUuids = identifiers.flatMap((v) => uuid.exec(v)?.[1] ?? []).map((v) => `urn:uuid:${v.toLowerCase()}`);
  return [
    ...(uniqueIds.length > 0 ? [getDocuments({ uniqueIds })] : []),
    ...(entryUuids.length > 0 ? [getDocuments({ entryUuids })] : []),
  ];
}
