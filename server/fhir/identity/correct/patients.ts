/** The two records of a correction: the wrong one, however it was ever known, and the right one, which must be in order. */
import { checkIns, insFromToken } from '../../../../mappings/ins.ts';
import { localOf } from '../../../../mappings/identity/identifiers.ts';
import { IssueError } from '../../../../mappings/outcome.ts';
import type { Ins, StoredIdentity, StoredPatient } from '../../../store/types.ts';
import { resolveSubject } from '../../deposit/subject.ts';
import type { Call } from '../../interaction.ts';
import { localId } from '../../patient-of.ts';
import type { Services } from '../../services.ts';

/**
 * The patient of the wrong record: by INS, by `Patient/<id>`, or by an identity of the establishment, also one that is inactive
 * or merged away since.
 * @throws IssueError reference-unresolved, identity-unknown, identity-no-ins, correction-wrong-ambiguous, ins-*
 */
export async function wrongPatient(given: string, call: Call, { store, config }: Services): Promise<StoredPatient> {
  const expression = 'wrong';
  const structure = call.caller.structure.id;
  const { system, value } = tokenOf(given);
  const ins = insFromToken(system, value);
  if (ins) {
    const issues = checkIns(ins, config.ENVIRONMENT).map((issue) => ({ ...issue, expression }));
    if (issues.some((i) => (i.severity ?? 'error') === 'error')) throw new IssueError(issues);
    return store.patients.byIns(ins);
  }
  const local = localOf({ system, value }, config.LOCAL_ID_SYSTEMS);
  const id = localId(given, 'Patient', config.fhirBase) ?? '';
  const identity = local
    ? await store.identities.byLocal(structure, local.system, local.value)
    : await store.identities.byId(id, structure);
  if (identity) await requireOneIns(identity, structure, store);
  const known = await store.patients.byId(identity ? (identity.patientId ?? '') : id);
  if (known) return known;
  if (identity) throw new IssueError({ key: 'identity-no-ins', expression, values: { identity: identity.id } });
  if (local) throw new IssueError({ key: 'identity-unknown', expression });
  throw new IssueError({ key: 'reference-unresolved', expression, values: { reference: expression } });
}

/**
 * An identity whose INS was corrected stands for the right record now, and stood for the wrong one: it cannot say which is meant, and
 * what is deleted is gone. @throws IssueError correction-wrong-ambiguous
 */
async function requireOneIns({ id }: StoredIdentity, structure: string, store: Services['store']): Promise<void> {
  type Side = { ins?: Ins } | undefined;
  const events = await store.identities.history(id, structure);
  const sides = events.flatMap(({ details }) => Object.values(details as Record<string, Side>));
  const all = new Map(sides.flatMap((side) => (side?.ins ? [[`${side.ins.oid}|${side.ins.value}`, side.ins]] : [])));
  if (all.size < 2) return;
  const known = await Promise.all([...all.values()].map((ins) => store.patients.byIns(ins)));
  const patients = known.map((p) => `Patient/${p.id}`).join(', ');
  throw new IssueError({ key: 'correction-wrong-ambiguous', expression: 'wrong', values: { patients } });
}

/** The patient of the right record, as the subject of a deposit would be. @throws IssueError of `resolveSubject` */
export async function rightPatient(given: string, call: Call, services: Services): Promise<StoredPatient> {
  const { system, value } = tokenOf(given);
  const reference = localId(given, 'Patient', services.config.fhirBase);
  const subject =
    system === undefined ? { reference: `Patient/${reference ?? ''}` } : { identifier: { system, value } };
  const { ins } = await resolveSubject(subject, 'right', {}, services, call.caller.structure.id);
  return services.store.patients.byIns(ins);
}

/** `system|value`; nothing of a reference. */
function tokenOf(given: string): { system?: string; value?: string } {
  const [, system, value] = /^([^|]+)\|([^|]+)$/.exec(given) ?? [];
  return system === undefined || value === undefined ? {} : { system, value };
}
