/** A Bundle of ITI-65 as it is ready to be submitted: everything that comes before the DMP is called, with what is wrong anywhere in it. */
import { type Issue, IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { type ProvideBundle, readProvideBundle } from '../validation/index.ts';
import { asAccepted } from './attempt.ts';
import { contextOf } from './connect.ts';
import type { DepositOptions } from './one.ts';
import type { Superseded } from './respond.ts';
import { rulebookOf } from './ruling.ts';
import { requireFit } from './set-identity.ts';
import { type Attempt, checkPatients, prepareAll, prepareFolders, resolveOutside, standingFor } from './set-parts.ts';
import { matchPatches, withoutPatch } from './set-patches.ts';
import { resolveSubject } from './subject.ts';
import { setOfList } from './submission-set.ts';
import type { Submission } from './submit.ts';
import type { Target } from './target.ts';

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

/** Everything that comes before the DMP is called. @throws IssueError with what is wrong anywhere in the Bundle */
export async function readySet(
  body: unknown,
  given: Services,
  caller: Caller,
  options: DepositOptions,
): Promise<ReadySet> {
  const { requestId, attempt: trying } = options;
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
  const rulebook = await rulebookOf(caller, options, services);
  const documents = await prepareAll(
    parts,
    { identity: subject?.identity, standing, rulebook },
    services,
    caller,
    attempt,
  );
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
