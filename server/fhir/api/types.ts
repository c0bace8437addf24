/** The words in which the API is defined (`server/fhir/definition.ts`). */
import type { SearchType } from '../../../mappings/criteria.ts';

/** SMART v2 permission letters. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';
export type InteractionCode =
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'search-type'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'transaction'
  | 'operation';

/** An operation (`$name`), where it is called and how. Its OperationDefinition is in `profiles/`. */
export interface Operation {
  /** without `$` */
  name: string;
  level: 'system' | 'type' | 'instance';
  methods: readonly ('get' | 'post')[];
  /** canonical URL of the OperationDefinition */
  definition: string;
  /** Reads, or answers, a resource a line (`application/fhir+ndjson`). */
  ndjson?: { reads?: true; answers?: true };
}

export interface Interaction {
  code: InteractionCode;
  /** What a scope on the resource type must hold; for a transaction each entry asks for its own. */
  permission?: Permission;
  /** IHE transactions that it serves: under IUA their names are scopes too (IUA 2.4, MHD). And SMART's `fhirUser`. */
  ihe: readonly string[];
  /** DMP transactions that it can cause. */
  dmp: readonly string[];
  /** What one of these asks for besides; no IHE scope gives it. */
  besides?: readonly { dmp: string; type: ResourceTypeName; permission: Permission }[];
  documentation: string;
  /** With `code` = `operation`. */
  operation?: Operation;
  /** Also on the one resource that search criteria find: `PATCH /Type?identifier=…` (PUT, DELETE), `If-None-Exist` of a create. */
  conditional?: boolean;
  /** An operation that honours `If-Match`, and answers the version that it made. (Updates, patches and deletions always do.) */
  versioned?: true;
  /** HTTP statuses with which it ends well, where they are not those of its kind (201 of a create, 204 of a delete, else 200). */
  succeeds?: readonly number[];
  /** A transaction: what its entries may ask for, each with its own scope. An operation on the server as a whole: what it asks for. */
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
  codes?: readonly string[];
}

export type ResourceTypeName =
  | 'Patient'
  | 'DocumentReference'
  | 'List'
  | 'Binary'
  | 'Bundle'
  | 'Subscription'
  | 'Task'
  | 'Consent'
  | 'AuditEvent'
  | 'Practitioner'
  | 'ConceptMap'
  | 'StructureDefinition'
  | 'OperationDefinition'
  | 'CodeSystem';

export interface ResourceDefinition {
  type: ResourceTypeName;
  profile?: string;
  supportedProfiles?: readonly string[];
  interactions: readonly Interaction[];
  searchParameters: readonly SearchParameter[];
  /** Of Subscription: canonical URLs of the topics that can be followed. */
  topics?: readonly string[];
  /** How its versions are kept; `no-version` when absent. */
  versioning?: 'versioned' | 'versioned-update';
  /** Values of `_include`. */
  searchIncludes?: readonly string[];
  /** Names that `_sort` takes. */
  sortable?: readonly string[];
}

/** A type that is served to anybody. Its searches know `uri`, compared whole; the grammar of the others does not. */
export interface OpenDefinition extends Omit<ResourceDefinition, 'searchParameters'> {
  searchParameters: readonly (Omit<SearchParameter, 'type'> & { type: SearchType | 'uri' })[];
}
