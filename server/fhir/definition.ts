/**
 * The API, defined once: resources, interactions, search parameters, profiles, scopes. The router, `/metadata`, the
 * scope check and (later) OpenAPI and the audit are derived from this table; nothing else says what is served.
 *
 * Sources: PDSm CapabilityStatement « Gestionnaire de partage » and MHD Document Responder/Recipient (spec/fhir.md A.2,
 * B.7); the searchParam names are the codes of the SearchParameters, not the names that PDSm's statement prints.
 */
import type { SearchType } from '../../mappings/criteria.ts';
import { opGenerateMetadata, opWhatsNew } from '../../mappings/canonicals.ts';
import { listSearchParameters } from '../../mappings/list-search-parameters.ts';
import { documentSearchParameters } from '../../mappings/search-parameters.ts';
import { documentSortable } from './document-order.ts';
import { documentIncludes, listIncludes } from './includes.ts';
import { listSortable } from './list-order.ts';
import { topics } from './subscription/topics.ts';

/** SMART v2 permission letters. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';
export type InteractionCode =
  'read' | 'search-type' | 'create' | 'update' | 'patch' | 'delete' | 'transaction' | 'operation';

/** An operation (`$name`), where it is called and how. Its OperationDefinition is in `profiles/`. */
export interface Operation {
  /** without `$` */
  name: string;
  level: 'type' | 'instance';
  methods: readonly ('get' | 'post')[];
  /** canonical URL of the OperationDefinition */
  definition: string;
}

export interface Interaction {
  code: InteractionCode;
  /** What a scope on the resource type must hold; for a transaction each entry asks for its own. */
  permission?: Permission;
  /** IHE transactions that it serves: under IUA their names are scopes too (IUA 2.4, MHD). */
  ihe: readonly string[];
  /** DMP transactions that it can cause. */
  dmp: readonly string[];
  documentation: string;
  /** With `code` = `operation`. */
  operation?: Operation;
  /** Also on the one resource that search criteria find: `PATCH /Type?identifier=…`, `If-None-Exist` of a create. */
  conditional?: boolean;
  /** A transaction: what its entries may ask for, each with its own scope. */
  entries?: readonly { type: string; permission: Permission }[];
}

export interface SearchParameter {
  /** code of the SearchParameter */
  name: string;
  type: SearchType;
  /** canonical URL */
  definition?: string;
  documentation?: string;
  /** Modifiers that are understood, without colon. */
  modifiers?: readonly string[];
  /** See `ParameterSpec` of the search grammar. */
  target?: string;
  aliases?: readonly string[];
  single?: boolean;
}

export type ResourceTypeName =
  | 'Patient'
  | 'DocumentReference'
  | 'List'
  | 'Binary'
  | 'Bundle'
  | 'Subscription'
  | 'ConceptMap'
  | 'StructureDefinition'
  | 'OperationDefinition'
  | 'SearchParameter'
  | 'CodeSystem';

export interface ResourceDefinition {
  type: ResourceTypeName;
  profile?: string;
  supportedProfiles?: readonly string[];
  interactions: readonly Interaction[];
  searchParameters: readonly SearchParameter[];
  /** Of Subscription: canonical URLs of the topics that can be followed. */
  topics?: readonly string[];
  /** Values of `_include`. */
  searchIncludes?: readonly string[];
  /** Names that `_sort` takes. */
  sortable?: readonly string[];
}

const r4 = (name: string): string => `http://hl7.org/fhir/SearchParameter/${name}`;
const backport = (name: string): string =>
  `http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-${name}`;
const mhd = (kind: string, name: string): string => `https://profiles.ihe.net/ITI/MHD/${kind}/${name}`;
const pdsm = (kind: string, name: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/${kind}/${name}`;

/** Modifiers that the matching knows, by type (`:missing` goes with every type). */
const modifiers: Record<SearchType, readonly string[]> = {
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
const remarks: Record<string, string> = {
  patient: 'Patient/<opaque id>. One value.',
  'patient.identifier': 'INS of the patient, as urn:oid:…|value. One value.',
  status: 'Mandatory, except with identifier or _id.',
  identifier: 'masterIdentifier (uniqueId) or identifier (entryUUID, logicalId).',
};

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
const documentParameters: readonly SearchParameter[] = [
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

const listParameters: readonly SearchParameter[] = [
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

/** Interactions on the server as a whole. */
export const systemInteractions: readonly Interaction[] = [
  {
    code: 'transaction',
    ihe: ['ITI-65'],
    dmp: ['TD2.1', 'TD3.1b', 'TD3.1a', 'TD0.2'],
    documentation:
      'Deposit of a set (PDSm flux 01): one submission to the DMP, all or nothing. Replacement (`relatesTo` and the PATCH entry), folders (POST, PUT), documents that exist (listed, or by `ifNoneExist`); `_dryRun=true` writes nothing.',
    entries: [
      { type: 'List', permission: 'c' },
      { type: 'List', permission: 'u' },
      { type: 'DocumentReference', permission: 'c' },
      { type: 'DocumentReference', permission: 'u' },
      { type: 'Binary', permission: 'c' },
    ],
  },
];

/** R4's `$validate`, with the rules and the rehearsal of a deposit. */
const validation = (permission?: Permission): Interaction => ({
  code: 'operation',
  operation: {
    name: 'validate',
    level: 'type',
    methods: ['post'],
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  },
  ...(permission ? { permission } : {}),
  ihe: [],
  dmp: ['TD0.2', 'TD3.1b', 'TD3.1a'],
  documentation:
    'What a deposit would say, by the same engine, and nothing is sent: every problem in one OperationOutcome. `mode` = create, profile; `profile` chooses the rules.',
});

export const resources: readonly ResourceDefinition[] = [
  {
    type: 'Patient',
    profile: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
    interactions: [
      {
        code: 'search-type',
        permission: 's',
        ihe: ['ITI-78'],
        dmp: ['TD0.2'],
        documentation:
          'Does this person have a DMP? Zero or one Patient; prefer POST _search, an INS in a URL ends in logs.',
      },
      {
        code: 'read',
        permission: 'r',
        ihe: [],
        dmp: ['TD0.2'],
        documentation: 'The same by the opaque id that an earlier answer gave.',
      },
    ],
    searchParameters: [
      {
        name: 'identifier',
        type: 'token',
        definition: r4('Patient-identifier'),
        documentation: 'INS, as urn:oid:…|value. One value.',
        single: true,
      },
      {
        name: '_id',
        type: 'token',
        definition: r4('Resource-id'),
        documentation: 'Opaque id given by an earlier answer.',
        single: true,
      },
    ],
  },
  {
    type: 'DocumentReference',
    profile: pdsm('StructureDefinition', 'pdsm-comprehensive-document-reference'),
    supportedProfiles: [
      pdsm('StructureDefinition', 'pdsm-simplified-publish'),
      mhd('StructureDefinition', 'IHE.MHD.Comprehensive.DocumentReference'),
      mhd('StructureDefinition', 'IHE.MHD.SimplifiedPublish.DocumentReference'),
    ],
    interactions: [
      {
        code: 'create',
        permission: 'c',
        ihe: ['ITI-105'],
        dmp: ['TD2.1', 'TD3.1b', 'TD0.2'],
        conditional: true,
        documentation:
          'Deposit of one document with its content inline (PDSm flux 09). `relatesTo` replaces, transforms or appends (replacing asks for `u` too). `If-None-Exist: identifier=…`; `_dryRun=true` checks everything, with the DMP, and writes nothing.',
      },
      {
        code: 'read',
        permission: 'r',
        ihe: ['ITI-67'],
        dmp: ['TD3.1a'],
        documentation: 'One entry, by its id or by any entryUUID, logicalId or uniqueId seen here.',
      },
      {
        code: 'search-type',
        permission: 's',
        ihe: ['ITI-67'],
        dmp: ['TD3.1a'],
        documentation:
          'The documents of one patient (PDSm flux 05b). The patient is mandatory, except with `_id`; `status` too, except with `_id` or `identifier`.',
      },
      {
        code: 'operation',
        operation: { name: 'whats-new', level: 'type', methods: ['get', 'post'], definition: opWhatsNew },
        permission: 's',
        ihe: ['ITI-67'],
        dmp: ['TD3.1a'],
        documentation:
          'What is new in a record since the last visit, by the CNAM’s own pattern: sets, associations, documents.',
      },
      {
        code: 'operation',
        operation: { name: 'generate-metadata', level: 'type', methods: ['post'], definition: opGenerateMetadata },
        permission: 'c',
        ihe: ['ITI-106'],
        dmp: ['TD2.1'],
        documentation:
          'The metadata of a CDA, from the CDA alone: a DocumentReference as PDSm wants it, or what the CDA lacks. `persist` = true also deposits it.',
      },
      validation('c'),
      {
        code: 'patch',
        conditional: true,
        permission: 'u',
        ihe: [],
        dmp: ['TD3.3a', 'TD3.3b', 'TD3.3c', 'TD3.3d', 'TD3.1a', 'TD3.1b'],
        documentation:
          'Mask, make visible, archive or delete (PDSm flux 03): `status`, `securityLabel` or the extension isArchived, one change each; JSON Patch, FHIRPath Patch or XML Patch; also conditional, by `identifier`. `_dryRun=true` changes nothing.',
      },
    ],
    searchParameters: documentParameters,
    searchIncludes: documentIncludes,
    sortable: documentSortable,
  },
  {
    type: 'List',
    profile: pdsm('StructureDefinition', 'pdsm-submissionset-comprehensive'),
    supportedProfiles: [
      pdsm('StructureDefinition', 'pdsm-folder-comprehensive'),
      mhd('StructureDefinition', 'IHE.MHD.Comprehensive.SubmissionSet'),
      mhd('StructureDefinition', 'IHE.MHD.Comprehensive.Folder'),
    ],
    interactions: [
      {
        code: 'read',
        permission: 'r',
        ihe: ['ITI-66'],
        dmp: ['TD3.1a'],
        documentation:
          'A submission set or folder, by its id or by any entryUUID or uniqueId seen here. A structure reads what it deposited, without asking the DMP.',
      },
      {
        code: 'search-type',
        permission: 's',
        ihe: ['ITI-66'],
        dmp: ['TD3.1a'],
        documentation:
          'The submission sets or folders of one patient (PDSm flux 05a). The patient is mandatory, except with `_id`; `code` and `status` too, except with `_id` or `identifier`.',
      },
      validation('c'),
    ],
    searchParameters: listParameters,
    searchIncludes: listIncludes,
    sortable: listSortable,
  },
  {
    type: 'Bundle',
    supportedProfiles: [
      pdsm('StructureDefinition', 'pdsm-comprehensive-provide-document-bundle'),
      mhd('StructureDefinition', 'IHE.MHD.Comprehensive.ProvideBundle'),
    ],
    // Each entry asks for its own scope, as in the transaction.
    interactions: [validation()],
    searchParameters: [],
  },
  {
    type: 'Binary',
    interactions: [
      {
        code: 'read',
        permission: 'r',
        ihe: ['ITI-68'],
        dmp: ['TD3.2', 'TD3.1a'],
        documentation:
          'The document itself, verified against the registry; `Accept` chooses raw bytes, a Binary resource, or what a CDA wraps.',
      },
    ],
    searchParameters: [],
  },
  {
    type: 'Subscription',
    profile: 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription',
    topics: topics.map((t) => t.url),
    interactions: [
      {
        code: 'create',
        permission: 'c',
        ihe: ['ITI-110'],
        dmp: ['TD3.1a'],
        documentation:
          'Follows one patient (DSUBm, rest-hook, id-only): see docs/subscriptions.md. Needs the right to search DocumentReference too.',
      },
      {
        code: 'update',
        permission: 'u',
        ihe: ['ITI-110'],
        dmp: ['TD3.1a'],
        documentation:
          'Of `status` alone: off ends, requested resumes what is in error or off, in the session of this caller.',
      },
      { code: 'delete', permission: 'd', ihe: ['ITI-110'], dmp: [], documentation: 'Ends it; its receiver is told.' },
      { code: 'read', permission: 'r', ihe: ['ITI-113'], dmp: [], documentation: 'One of the caller’s own.' },
      { code: 'search-type', permission: 's', ihe: ['ITI-113'], dmp: [], documentation: 'The caller’s own.' },
      {
        code: 'operation',
        operation: { name: 'status', level: 'type', methods: ['get', 'post'], definition: backport('status') },
        permission: 'r',
        ihe: ['ITI-113'],
        dmp: [],
        documentation: 'How the caller’s subscriptions are, by id and status; also for one (instance level).',
      },
      {
        code: 'operation',
        operation: { name: 'status', level: 'instance', methods: ['get', 'post'], definition: backport('status') },
        permission: 'r',
        ihe: ['ITI-113'],
        dmp: [],
        documentation: 'How the caller’s subscriptions are, by id and status; also for one (instance level).',
      },
      {
        code: 'operation',
        operation: { name: 'events', level: 'instance', methods: ['get', 'post'], definition: backport('events') },
        permission: 'r',
        ihe: ['ITI-113'],
        dmp: [],
        documentation: 'What was told, or should have been, again (500 at most, while the subscription is kept).',
      },
    ],
    searchParameters: [
      { name: '_id', type: 'token', definition: r4('Resource-id'), modifiers: ['not'] },
      { name: 'status', type: 'token', definition: r4('Subscription-status'), modifiers: ['not'] },
      { name: 'criteria', type: 'string', definition: r4('Subscription-criteria'), modifiers: modifiers.string },
      { name: 'payload', type: 'token', definition: r4('Subscription-payload'), modifiers: ['not'] },
      { name: 'type', type: 'token', definition: r4('Subscription-type'), modifiers: ['not'] },
    ],
  },
];

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

/** Modifiers that a parameter takes, without colon. */
export const modifiersOf = ({
  modifiers: own = [],
  single,
}: Pick<SearchParameter, 'modifiers' | 'single'>): readonly string[] => (single ? own : [...own, 'missing']);

/** A type that is served to anybody. Its searches know `uri`, compared whole; the grammar of the others does not. */
export interface OpenDefinition extends Omit<ResourceDefinition, 'searchParameters'> {
  searchParameters: readonly (Omit<SearchParameter, 'type'> & { type: SearchType | 'uri' })[];
}

/** What a conformance resource of ours is found by; `url` also with its version, after a bar. */
const definitionParameters: OpenDefinition['searchParameters'] = [
  { name: '_id', type: 'token', definition: r4('Resource-id') },
  { name: 'url', type: 'uri', definition: r4('conformance-url'), documentation: 'The canonical URL, whole.' },
  { name: 'name', type: 'string', definition: r4('conformance-name'), modifiers: modifiers.string },
  { name: 'version', type: 'token', definition: r4('conformance-version') },
  { name: 'status', type: 'token', definition: r4('conformance-status') },
];

/**
 * The project's own conformance resources (`profiles/`). Open, without a token and from any origin, as `/metadata` is: they
 * hold nothing about anybody, and an answer that carries a code or an extension of ours points at them.
 */
export const openResources: readonly OpenDefinition[] = (
  ['CodeSystem', 'ConceptMap', 'OperationDefinition', 'StructureDefinition'] as const
).map((type) => ({
  type,
  interactions: [
    { code: 'read', ihe: [], dmp: [], documentation: 'One of our own definitions. Open: no token is asked.' },
    { code: 'search-type', ihe: [], dmp: [], documentation: 'Our own definitions. Open: no token is asked.' },
  ],
  searchParameters: definitionParameters,
}));

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
