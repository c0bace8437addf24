/**
 * ITI-65, PDSm flux 01: a set of documents in one transaction, all or nothing. Validation of the whole Bundle → each
 * document and folder prepared → one TD2.1 → transaction-response (`respond.ts`).
 */
import type { Bundle } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { replaces } from '../../../mappings/relates-to.ts';
import type { Caller } from '../../auth/caller.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import type { Language } from '../outcome.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { readProvideBundle, type ProvideBundle } from '../validation/index.ts';
import { existingBy } from './condition.ts';
import { asAccepted } from './attempt.ts';
import { contextOf } from './connect.ts';
import { rehearse } from './dry-run.ts';
import { prepareFolder, type PreparedFolder } from './folders.ts';
import type { DepositOptions } from './one.ts';
import { prepare, type Prepared } from './prepare.ts';
import { respond, type Superseded } from './respond.ts';
import { requireFit, subjectsOf } from './set-identity.ts';
import { checkSame, resolveSubject } from './subject.ts';
import { setOfList } from './submission-set.ts';
import { submit, type Submission, type Submitted } from './submit.ts';
import { checkTarget, resolveTarget, type Target } from './target.ts';

export interface BundleOptions extends DepositOptions {
  /** Of the sentences in `response.outcome`; French by default. */
  language?: Language;
}

/** A Bundle ready to be submitted. */
export interface ReadySet {
  parts: ProvideBundle;
  submission: Submission;
  superseded: Superseded[];
  /** Documents that exist and stand for those of the Bundle (ifNoneExist), by index of the entry. */
  standing: ReadonlyMap<number, Target>;
  /** Warnings. */
  issues: Issue[];
}

/**
 * Deposits a set.
 * @param body any JSON value
 * @returns the transaction-response
 * @throws IssueError with what is wrong anywhere in the Bundle, nothing having been sent; DmpError when the DMP refuses
 */
export async function depositBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: BundleOptions = {},
): Promise<Bundle> {
  return (await submitBundle(body, services, caller, options)).response;
}

/** The same, with all that there is to say of it. */
export async function submitBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: BundleOptions,
): Promise<{ submitted: Submitted; response: Bundle; issues: Issue[] }> {
  const ready = await readySet(body, services, caller, options);
  const submitted = await submit(ready.submission, services);
  const response = respond(body as Bundle, ready, submitted, services, options);
  return { submitted, response, issues: [...ready.issues, ...submitted.issues] };
}

/**
 * Tries a set out (`dry-run.ts`).
 * @returns what to say of it
 * @throws IssueError, DmpError as the real thing would
 */
export async function tryBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: DepositOptions = {},
): Promise<Issue[]> {
  const { submission, issues } = await readySet(body, services, caller, options);
  return [...issues, ...(await rehearse(submission, services))];
}

/** Collects what is wrong, so that all of it is said at once. */
type Attempt = <T>(step: () => T | Promise<T>) => Promise<T | undefined>;

/** Everything that comes before the DMP is called. @throws IssueError with what is wrong anywhere in the Bundle */
export async function readySet(
  body: unknown,
  given: Services,
  caller: Caller,
  { requestId, attempt: trying }: DepositOptions,
): Promise<ReadySet> {
  const services = asAccepted(given, trying);
  const { issues: validation, parts } = readProvideBundle(body);
  if (!parts) throw new IssueError(validation);
  const problems: Issue[] = [];
  const attempt: Attempt = async (step) => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof IssueError)) throw error;
      problems.push(...error.issues);
      return undefined;
    }
  };

  const { set: list } = parts;
  const around = {
    patients: parts.patient ? [parts.patient] : [],
    contained: list.resource.contained ?? [],
    ...(list.fullUrl === undefined ? {} : { fullUrl: list.fullUrl }),
  };
  const subject = await attempt(() =>
    resolveSubject(list.resource.subject, `${list.path}.subject`, around, services, caller.structure.id),
  );
  const isAllowed =
    subject && (await attempt(() => requireFeeding(subject.ins, `${list.path}.subject`, caller, services)));
  const context = isAllowed && contextOf({ caller, ins: subject.ins, ...(requestId ? { requestId } : {}) });
  const standing = context ? await standingFor(parts, context, services, attempt) : new Map<number, Target>();
  const documents = await prepareAll(parts, subject?.identity, standing, services, caller, attempt);
  if (isAllowed && parts.documents.every(({ reference }) => standing.has(reference.index)))
    await attempt(() => requireFit(parts, subject, services, caller));
  const set =
    subject &&
    (await attempt(() =>
      setOfList(list.resource, list.path, subject.ins, caller, structureOf(caller, services), trying?.seed),
    ));
  if (subject) await attempt(() => checkPatients(subject.ins, documents));
  const outside = subject ? await resolveOutside(parts, subject.ins, services, attempt) : [];
  const folders = subject
    ? await prepareFolders(parts, standing, { ins: subject.ins, seed: trying?.seed }, services, caller, attempt)
    : [];
  // Which replacement a PATCH goes with can be told once all documents are known.
  const superseded = problems.length === 0 ? await matchPatches(parts, documents, services, attempt) : [];
  if (problems.length > 0 || !subject || !set) throw new IssueError([...validation, ...problems]);
  return {
    parts,
    submission: {
      ins: subject.ins,
      set,
      setPath: list.path,
      documents,
      outside: [...outside, ...standing.values()],
      folders,
      caller,
      ...(requestId ? { requestId } : {}),
      ...(trying ? { attempt: trying } : {}),
    },
    superseded,
    standing,
    issues: [
      ...validation,
      ...subject.issues,
      ...documents.flatMap((d) => d.issues),
      ...withoutPatch(documents, superseded),
    ],
  };
}

/** Before the first question to the DMP: of whom objects, not even that is asked. @throws IssueError consent-feeding-… */
async function requireFeeding(ins: PatientIns, path: string, caller: Caller, { gate }: Services): Promise<true> {
  const issues = await gate.feeding(ins, caller);
  if (issues.length > 0) throw new IssueError(issues.map((issue) => ({ ...issue, expression: path })));
  return true;
}

const entryIdAt = (index: number): string => `Document${String(index + 1).padStart(2, '0')}`;

/** Entries with a condition: each asks the DMP before anything is known to be right. */
const mostConditions = 100;

/** The documents that need not be created: each condition of an entry that something meets. */
async function standingFor(
  { documents }: ProvideBundle,
  context: CallContext & { patient: PatientIns },
  services: Services,
  attempt: Attempt,
): Promise<Map<number, Target>> {
  const standing = new Map<number, Target>();
  const count = documents.filter((d) => d.reference.ifNoneExist !== undefined).length;
  if (count > mostConditions) {
    const values = { element: 'ifNoneExist', count, max: mostConditions };
    throw new IssueError({ key: 'set-too-large', expression: 'Bundle.entry', values });
  }
  for (const { reference } of documents) {
    const { ifNoneExist: query, index } = reference;
    if (query === undefined) continue;
    const condition = { query, expression: `Bundle.entry[${index}].request.ifNoneExist` };
    const found = await attempt(() => existingBy(condition, context.patient, context, services));
    if (found) standing.set(index, found);
  }
  return standing;
}

/** Every document to create, in the order of the set; the problems of all are collected. */
async function prepareAll(
  parts: ProvideBundle,
  identity: StoredIdentity | undefined,
  standing: ReadonlyMap<number, Target>,
  services: Services,
  caller: Caller,
  attempt: Attempt,
): Promise<Prepared[]> {
  const { documents, patient, patches } = parts;
  const prepared: Prepared[] = [];
  const created = documents.map((d) => d.reference);
  const others = subjectsOf(parts);
  for (const [i, { reference, binary }] of documents.entries()) {
    if (standing.has(reference.index)) continue;
    const done = await attempt(() =>
      prepare(
        {
          entryId: entryIdAt(i),
          resource: reference.resource,
          path: reference.path,
          data: binary.resource.data,
          dataPath: `${binary.path}.data`,
          binaryType: binary.resource.contentType,
          around: {
            patients: patient ? [patient] : [],
            others,
            identity,
            patches,
            created,
            ...(reference.fullUrl === undefined ? {} : { fullUrl: reference.fullUrl }),
          },
        },
        services,
        caller,
      ),
    );
    if (done) prepared.push(done);
  }
  return prepared;
}

/** One submission is about one patient (ITI TF-3 §4.2.2.1: XDSPatientIdDoesNotMatch). */
function checkPatients(ins: PatientIns, documents: readonly Prepared[]): void {
  for (const document of documents) checkSame([ins, document.subject.ins], `${document.path}.subject`);
}

/** Documents of the DMP that the set lists. */
async function resolveOutside(
  { outside, patches }: ProvideBundle,
  ins: PatientIns,
  services: Services,
  attempt: Attempt,
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const { item, path } of outside) {
    const target = await attempt(() => resolveTarget(item, path, { patches }, services));
    if (target && (await attempt(() => (checkTarget(target, ins), true)))) targets.push(target);
  }
  return targets;
}

async function prepareFolders(
  { folders, documents, patches, patient }: ProvideBundle,
  standing: ReadonlyMap<number, Target>,
  { ins, seed }: { ins: PatientIns; seed: string | undefined },
  services: Services,
  caller: Caller,
  attempt: Attempt,
): Promise<PreparedFolder[]> {
  const prepared: PreparedFolder[] = [];
  const root = structureOf(caller, services).lps.oid;
  for (const [i, folder] of folders.entries()) {
    const { resource, path, fullUrl } = folder;
    const around = {
      patients: patient ? [patient] : [],
      contained: resource.contained ?? [],
      ...(fullUrl === undefined ? {} : { fullUrl }),
    };
    const done = await attempt(async () => {
      const subject = await resolveSubject(resource.subject, `${path}.subject`, around, services, caller.structure.id);
      checkSame([ins, subject.ins], `${path}.subject`);
      const entryIdOf = (d: (typeof folder.members.documents)[number]): string =>
        entryIdAt(documents.findIndex(({ reference }) => reference === d));
      const created = folder.members.documents.filter((d) => !standing.has(d.index));
      const others = folder.members.documents.flatMap((d) => standing.get(d.index) ?? []);
      return prepareFolder(
        folder,
        i + 1,
        ins,
        created.map(entryIdOf),
        others,
        { patches, root, ...(seed ? { seed } : {}) },
        services,
      );
    });
    if (done) prepared.push(done);
  }
  return prepared;
}

/** Each PATCH entry with the replacement that it belongs to: a document is superseded by another, never by itself. */
async function matchPatches(
  { patches }: ProvideBundle,
  documents: readonly Prepared[],
  services: Services,
  attempt: Attempt,
): Promise<Superseded[]> {
  const replaced = documents.flatMap((d) => d.relations).filter((r) => replaces(r.type));
  const matched: Superseded[] = [];
  for (const { target: reference, index, path } of patches) {
    const at = path.replace(/\.resource$/, '.request.url');
    await attempt(async () => {
      const { uniqueId } = await resolveTarget({ reference }, at, {}, services);
      const replacement = replaced.find((r) => r.target.uniqueId === uniqueId);
      if (!replacement) throw new IssueError({ key: 'patch-unmatched', expression: at });
      if (matched.some((m) => m.uniqueId === uniqueId))
        throw new IssueError({ key: 'entry-duplicate', expression: at, values: { element: 'request.url' } });
      matched.push({ index, uniqueId });
    });
  }
  return matched;
}

/** A replacement without its PATCH entry is one all the same, as it is in ITI-105; MHD asks for the entry. */
const withoutPatch = (documents: readonly Prepared[], superseded: readonly Superseded[]): Issue[] =>
  documents
    .flatMap((d) => d.relations)
    .filter((r) => replaces(r.type) && !superseded.some((s) => s.uniqueId === r.target.uniqueId))
    .map((r): Issue => ({ key: 'replace-without-patch', severity: 'warning', expression: r.path }));
