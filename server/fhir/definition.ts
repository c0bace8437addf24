/**
 * The API, defined once: resources, interactions, search parameters, profiles, scopes. The router, `/metadata`, the
 * scope check and (later) OpenAPI and the audit are derived from this table; nothing else says what is served.
 *
 * Sources: PDSm CapabilityStatement « Gestionnaire de partage » and MHD Document Responder/Recipient (spec/fhir.md A.2,
 * B.7); the searchParam names are the codes of the SearchParameters, not the names that PDSm's statement prints.
 */
import { boundCodes } from '../../mappings/bound-codes.ts';
import { auditEvents } from './api/audit-events.ts';
import { binaries } from './api/binaries.ts';
import { bundles, systemInteractions } from './api/bundles.ts';
import { mhd, pdsm } from './api/canonicals.ts';
import { consents } from './api/consents.ts';
import { documents } from './api/documents.ts';
import { lists } from './api/lists.ts';
import { patients } from './api/patients.ts';
import { practitioners } from './api/practitioners.ts';
import { subscriptions } from './api/subscriptions.ts';
import { tasks } from './api/tasks.ts';
import type { Interaction, InteractionCode, ResourceDefinition, ResourceTypeName } from './api/types.ts';

export { systemInteractions } from './api/bundles.ts';
export { openResources } from './api/conformance.ts';
export { modifiersOf } from './api/parameters.ts';
export type * from './api/types.ts';

/** Its search parameters with the codes that they are bound to. */
const withBoundCodes = (definition: ResourceDefinition): ResourceDefinition => ({
  ...definition,
  searchParameters: definition.searchParameters.map((p) => {
    const codes = boundCodes[`${definition.type}.${p.name}`];
    return codes ? { ...p, codes } : p;
  }),
});

/** What is served to callers with a token, one file a type in `api/`. */
export const resources: readonly ResourceDefinition[] = [
  patients,
  documents,
  lists,
  bundles,
  binaries,
  subscriptions,
  tasks,
  consents,
  auditEvents,
  practitioners,
].map(withBoundCodes);

/** The guides that this API follows. */
export const implementationGuides: readonly string[] = [
  pdsm('ImplementationGuide', 'ans.fhir.fr.pdsm'),
  mhd('ImplementationGuide', 'ihe.iti.mhd'),
];

/**
 * The CapabilityStatements whose whole content is served; a test holds each against this table. (MHD's Document Responder
 * also lists `search-system` without saying what it would be: its transactions search one type each.)
 */
export const instantiates: readonly string[] = [
  pdsm('CapabilityStatement', 'PDSm-GestionnaireDePartageDeDocuments'),
  mhd('CapabilityStatement', 'IHE.MHD.DocumentRecipient.Comprehensive'),
  mhd('CapabilityStatement', 'IHE.MHD.DocumentRecipient.Simplified'),
  mhd('CapabilityStatement', 'IHE.MHD.DocumentRecipient.Generate'),
  mhd('CapabilityStatement', 'IHE.MHD.DocumentResponder'),
];

/** The definition of a type. @throws never: undefined when the type is not served */
export function resourceOf(type: string): ResourceDefinition | undefined {
  return resources.find((r) => r.type === type);
}

/** The definition of a type that is served. */
export function definitionOf(type: ResourceTypeName): ResourceDefinition {
  const found = resourceOf(type);
  if (!found) throw new RangeError(type);
  return found;
}

/** The interaction of a type, or of the system when `type` is undefined. */
export function interactionOf(type: string | undefined, code: InteractionCode): Interaction | undefined {
  return (type === undefined ? systemInteractions : (resourceOf(type)?.interactions ?? [])).find(
    (i) => i.code === code,
  );
}

/** Name of the handler of an interaction: `DocumentReference.read`, `DocumentReference.$validate`, `transaction`. */
export function handlerName(type: string | undefined, { code, operation }: Interaction): string {
  const own = operation ? `$${operation.name}` : code;
  return type === undefined ? own : `${type}.${own}`;
}
