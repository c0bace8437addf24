/** The parts of a set, one by one: documents that exist already, those to create, those of the DMP that it lists, its folders. */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import type { ProvideBundle } from '../validation/index.ts';
import type { StoredIdentity } from '../../store/types.ts';
import { existingBy } from './condition.ts';
import { type PreparedFolder, prepareFolder } from './folders.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { Rulebook } from './ruling.ts';
import { subjectsOf } from './set-identity.ts';
import { checkSame, resolveSubject } from './subject.ts';
import { checkTarget, resolveTarget, type Target } from './target.ts';

/** Collects what is wrong, so that all of it is said at once. */
export type Attempt = <T>(step: () => T | Promise<T>) => Promise<T | undefined>;

const entryIdAt = (index: number): string => `Document${String(index + 1).padStart(2, '0')}`;

/** Entries with a condition: each asks the DMP before anything is known to be right. */
const mostConditions = 100;

/** The documents that need not be created: each condition of an entry that something meets. */
export async function standingFor(
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
export async function prepareAll(
  parts: ProvideBundle,
  {
    identity,
    standing,
    rulebook,
  }: { identity: StoredIdentity | undefined; standing: ReadonlyMap<number, Target>; rulebook: Rulebook },
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
        rulebook,
      ),
    );
    if (done) prepared.push(done);
  }
  return prepared;
}

/** One submission is about one patient (ITI TF-3 §4.2.2.1: XDSPatientIdDoesNotMatch). */
export function checkPatients(ins: PatientIns, documents: readonly Prepared[]): void {
  for (const document of documents) checkSame([ins, document.subject.ins], `${document.path}.subject`);
}

/** Documents of the DMP that the set lists. */
export async function resolveOutside(
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

export async function prepareFolders(
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
