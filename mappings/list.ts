/** What a submission set and a folder have in common on their way to a List and back. */
import type { List, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { statuses } from './ebrim/schemes.ts';
import { listSkeleton, type ListKind } from './list-rows.ts';
import { merged } from './merge.ts';
import { IssueError } from './outcome.ts';
import { fromFhir, toFhir, type RowOf } from './rows.ts';
import type { Folder, SubmissionSet } from './xds.ts';

/** What depends on the caller, on the way to FHIR. */
export interface ListContext {
  /** Logical id of the resource. */
  id: string;
  subject: Reference;
  /** The members: documents, and (of a set) folders. */
  items: Reference[];
  versionId?: string;
  /** ISO instant */
  lastUpdated?: string;
}

/** What depends on the caller, on the way to XDS. */
export interface PackageContext<M> {
  /** CX */
  patientId: string;
  /** Values for what the resource leaves out. */
  defaults?: Partial<M>;
  /** Finds what is referenced outside the resource; contained ones are found anyway. */
  resolve?(reference: Reference): Resource | undefined;
}

/** How one kind of package is mapped. */
export interface PackageMapping<M> {
  kind: ListKind;
  rows: readonly RowOf<M, List>[];
  /** PDSm profile, and whether a List has all that it requires. */
  profile: string;
  conforms(list: List, model: M): boolean;
  /** What every model has. */
  empty: Partial<M>;
  /** Fields without which there is no package, and where they stand in a List. */
  mandatory: readonly (readonly [keyof M & string, string])[];
}

/**
 * A package as a List. One without status reads as an approved one; an id that is no `urn:uuid:` (of a submission) is not
 * shown.
 */
export function packageToFhir<M extends SubmissionSet | Folder>(
  mapping: PackageMapping<M>,
  value: M,
  context: ListContext,
): List {
  const { id, availabilityStatus = statuses.approved, ...rest } = value;
  const model = { ...rest, availabilityStatus, id: id.startsWith('urn:uuid:') ? id : undefined } as unknown as M;
  const { resourceType, contained, extension, ...elements } = toFhir(mapping.rows, model, listSkeleton(mapping.kind));
  const { versionId, lastUpdated } = context;
  const list: List = {
    resourceType,
    id: context.id,
    meta: {
      ...(versionId === undefined ? {} : { versionId }),
      ...(lastUpdated === undefined ? {} : { lastUpdated }),
    },
    ...(contained === undefined ? {} : { contained }),
    ...(extension === undefined ? {} : { extension }),
    ...elements,
    subject: context.subject as Reference<Patient>,
    ...(context.items.length === 0 ? {} : { entry: context.items.map((item) => ({ item })) }),
  };
  if (list.meta && mapping.conforms(list, value)) list.meta.profile = [mapping.profile];
  return list;
}

/**
 * The package that a List describes; what it leaves out comes from the defaults.
 * @throws IssueError with every problem: what cannot be said in XDS, and the absence of what is mandatory. Other metadata
 * are a matter of profile validation.
 */
export function packageFromFhir<M extends SubmissionSet | Folder>(
  mapping: PackageMapping<M>,
  list: List,
  context: PackageContext<M>,
): M {
  const { values, issues } = fromFhir(mapping.rows, list, listSkeleton(mapping.kind), context.resolve);
  const model = merged<M>(mapping.empty, context.defaults ?? {}, values);
  const told = new Set(issues.map((i) => i.expression));
  for (const [key, expression] of mapping.mandatory) {
    if (model[key] !== undefined || told.has(expression)) continue;
    issues.push({ key: 'required', expression, values: { element: key, rule: 'MHD, PDSm' } });
  }
  if (issues.length > 0) throw new IssueError(issues);
  return { ...(model as M), patientId: context.patientId };
}
