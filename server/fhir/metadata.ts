/**
 * `/metadata` and the discovery document: both say what `definition.ts` says, nothing more.
 * FHIR R4 capabilitystatement.html; SMART App Launch 2.2 “conformance”; spec/fhir.md A.2, B.7, F.6.
 */
import type { CapabilityStatement, CapabilityStatementRestResource, Extension } from '@medplum/fhirtypes';
import type { SmartConfiguration } from '../authorization/types.ts';
import type { Config } from '../config.ts';
import {
  implementationGuides,
  instantiates,
  modifiersOf,
  openResources,
  resources,
  systemInteractions,
  type Interaction,
  type OpenDefinition,
  type ResourceDefinition,
} from './definition.ts';
import { fhirJson, fhirXml } from './negotiation.ts';
import { patchFormats } from './patch/index.ts';

/** How a client finds the topics that it can follow (R4 backport, “Topic Discovery”). */
const extTopic =
  'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical';

function resource(r: ResourceDefinition | OpenDefinition): CapabilityStatementRestResource {
  return {
    type: r.type,
    ...(r.topics ? { extension: r.topics.map((topic) => ({ url: extTopic, valueCanonical: topic })) } : {}),
    ...(r.profile ? { profile: r.profile } : {}),
    ...(r.supportedProfiles ? { supportedProfile: [...r.supportedProfiles] } : {}),
    ...interactionsOf(r),
    versioning: r.versioning ?? 'no-version',
    readHistory: r.interactions.some((i) => i.code === 'vread'),
    updateCreate: false,
    conditionalCreate: r.interactions.some((i) => i.code === 'create' && i.conditional),
    conditionalRead: 'not-supported',
    // R4 has no flag for a conditional patch: PDSm's statement uses this one.
    conditionalUpdate: r.interactions.some((i) => (i.code === 'patch' || i.code === 'update') && i.conditional),
    conditionalDelete: r.interactions.some((i) => i.code === 'delete' && i.conditional) ? 'single' : 'not-supported',
    referencePolicy: ['literal', 'logical'],
    ...(r.searchIncludes ? { searchInclude: [...r.searchIncludes] } : {}),
    ...operationsOf(r),
    ...(r.searchParameters.length > 0
      ? {
          searchParam: r.searchParameters.map((p) => ({
            name: p.name,
            type: p.type,
            ...(p.definition ? { definition: p.definition } : {}),
            ...documented(
              p.documentation,
              listed('Codes', p.codes),
              listed(
                'Modifiers',
                modifiersOf(p).map((m) => `:${m}`),
              ),
            ),
          })),
        }
      : {}),
  };
}

/** R4 has no element for modifiers and sort keys: they are said in words, each time in the same ones. */
const listed = (what: string, names: readonly string[] = []): string | undefined =>
  names.length > 0 ? `${what}: ${names.join(', ')}.` : undefined;
const sortsOf = (r: Pick<ResourceDefinition, 'sortable'>, { code }: Interaction): string | undefined =>
  code === 'search-type' ? listed('_sort', r.sortable) : undefined;
const said = (...parts: (string | undefined)[]): string => parts.filter((p) => p !== undefined).join(' ');
const documented = (...parts: (string | undefined)[]): { documentation?: string } => {
  const documentation = said(...parts);
  return documentation === '' ? {} : { documentation };
};

/** None for a type that has operations alone: FHIR has no empty list. */
function interactionsOf(
  r: Pick<ResourceDefinition, 'interactions' | 'sortable'>,
): Pick<CapabilityStatementRestResource, 'interaction'> {
  const interaction = r.interactions
    .filter((i) => i.code !== 'operation')
    .map((i) => ({ code: i.code as 'read', documentation: said(i.documentation, sortsOf(r, i)) }));
  return interaction.length > 0 ? { interaction } : {};
}

function operationsOf(r: Pick<ResourceDefinition, 'interactions'>): Pick<CapabilityStatementRestResource, 'operation'> {
  const all = r.interactions.flatMap(({ operation, documentation }) =>
    operation ? [{ name: operation.name, definition: operation.definition, documentation }] : [],
  );
  // One that is offered at two levels is one operation.
  const operations = all.filter((o, i) => all.findIndex((other) => other.name === o.name) === i);
  return operations.length > 0 ? { operation: operations } : {};
}

const acceptLanguage = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-CapabilityStatement.acceptLanguage';

/** Where tokens come from, for clients that do not read `.well-known` (SMART App Launch 1, `oauth-uris`). */
const extOauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

function oauthUris(smart: SmartConfiguration): Extension {
  const uris = {
    authorize: smart.authorization_endpoint,
    token: smart.token_endpoint,
    introspect: smart.introspection_endpoint,
    revoke: smart.revocation_endpoint,
  };
  return {
    url: extOauthUris,
    extension: Object.entries(uris).flatMap(([url, valueUri]) => (valueUri === undefined ? [] : [{ url, valueUri }])),
  };
}

const securityService = (code: string, display: string) => ({
  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
  code,
  display,
});

/**
 * @param since when this instance started: the date of the statement
 * @param smart of the façade's own authorization server, if it has one
 */
export function capabilityStatement(config: Config, since: Date, smart?: SmartConfiguration): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    id: 'dmp-fhir',
    // R5's acceptLanguage, as R4 writes what a later version brought.
    extension: ['fr', 'en'].map((valueCode) => ({ url: acceptLanguage, valueCode })),
    status: 'active',
    date: since.toISOString(),
    kind: 'instance',
    instantiates: [...instantiates],
    implementationGuide: [...implementationGuides],
    software: { name: config.LPS_NAME, version: config.LPS_VERSION },
    implementation: { description: `FHIR R4 / DMP — ${config.STRUCTURE_NAME}`, url: config.fhirBase },
    fhirVersion: '4.0.1',
    format: [fhirJson, fhirXml, 'json', 'xml'],
    patchFormat: [...patchFormats],
    rest: [
      {
        mode: 'server',
        security: {
          ...(smart ? { extension: [oauthUris(smart)] } : {}),
          cors: config.CORS_ORIGINS !== undefined || smart !== undefined,
          service: [
            {
              coding: [
                securityService('OAuth', 'OAuth'),
                ...(smart ? [securityService('SMART-on-FHIR', 'SMART-on-FHIR')] : []),
              ],
              text: 'OAuth 2.0 access token',
            },
          ],
          description:
            'Jeton d’accès OAuth 2.0 exigé partout, sauf /metadata, .well-known, /health, /docs, /openapi.json et nos définitions (CodeSystem, ConceptMap, OperationDefinition, StructureDefinition). / OAuth 2.0 access token required everywhere but /metadata, .well-known, /health, /docs, /openapi.json and our own definitions (CodeSystem, ConceptMap, OperationDefinition, StructureDefinition).',
        },
        resource: [...resources, ...openResources].map(resource),
        interaction: systemInteractions
          .filter((i) => i.code !== 'operation')
          .map((i) => ({ code: i.code as 'transaction', documentation: i.documentation })),
        ...operationsOf({ interactions: systemInteractions }),
      },
    ],
  };
}

/** Scopes that mean something here, derived from the interactions. */
export function scopesSupported(): string[] {
  const entries = systemInteractions.flatMap((i) => i.entries ?? []);
  const scopes = resources.flatMap((r) => {
    const asked = new Set([
      ...r.interactions.map((i) => i.permission),
      ...entries.filter((e) => e.type === r.type).map((e) => e.permission),
    ]);
    const letters = (['c', 'r', 'u', 'd', 's'] as const).filter((l) => asked.has(l)).join('');
    return letters === '' ? [] : [`user/${r.type}.${letters}`, `system/${r.type}.${letters}`];
  });
  const ihe = [...systemInteractions, ...resources.flatMap((r) => r.interactions)].flatMap((i) => i.ihe);
  return [...scopes, ...new Set(ihe)];
}

/**
 * `.well-known/smart-configuration`.
 * @param smart of the façade's own authorization server; without one there is no endpoint to name, and it is said so by having none
 */
export function smartConfiguration(smart?: SmartConfiguration): object {
  return (
    smart ?? {
      grant_types_supported: [],
      code_challenge_methods_supported: [],
      capabilities: ['permission-user', 'permission-v1', 'permission-v2'],
      scopes_supported: scopesSupported(),
    }
  );
}
