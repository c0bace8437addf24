/**
 * « Bris de glace », at the first call of a token: the patient that the professional named is compared with the DMP's own traits,
 * the patient's opposition is asked for (TD1.3a), and the access is put on record, refused ones too. dmp-wire §6, §8.
 */
import { traitsConfirmed } from '../../mappings/rights/purposes.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { td1_3a } from '../dmp/transactions/td1-3a.ts';
import { DmpError, type CallContext, type PatientIns } from '../dmp/types.ts';
import type { Gatekeeping } from './gate.ts';

/** Transactions that the examination itself is made of, or that only tell whether there is a DMP. */
const before = new Set(['TD0.2', 'TD1.3a']);

/** @throws IssueError break-glass-traits, consent-break-glass-opposed; DmpError of TD1.3a */
export async function openEmergency(
  transaction: string,
  ins: PatientIns,
  context: CallContext,
  keeping: Gatekeeping,
): Promise<void> {
  const { store, config, dmp, now, record } = keeping;
  const { emergency, personId, reason } = context.requester;
  if (!emergency || before.has(transaction)) return;
  const until = new Date(emergency.grantedAt.getTime() + config.BREAK_GLASS_MINUTES * 60_000);
  // Another token is examined, and on record, by itself.
  const token = emergency.tokenId ?? emergency.grantedAt.toISOString();
  if (await store.authorizations.emergencyOf(ins, personId, token)) return;
  const { id: patientId } = await store.patients.byIns(ins);
  const tell = (problems: readonly string[], differing: readonly string[] = []): Promise<void> =>
    record(context, {
      kind: 'break-glass',
      patientId,
      outcome: problems.length > 0 ? 'refused' : 'success',
      details: { reason, tokenId: emergency.tokenId, until: until.toISOString(), problems, differing },
    });
  const answer = await dmp.call(td1_3a, { patient: ins }, context).catch(async (error: unknown) => {
    // The DMP itself knows of an opposition or a block.
    if (error instanceof DmpError && error.kind === 'fault') await tell([`dmp:${error.code}`]);
    throw error;
  });
  const [facts] = answer.patients;
  if (facts?.status !== 'active') return;
  const issues: Issue[] = [];
  const differing = traitsConfirmed(emergency.confirmed, facts);
  if (differing.length > 0) issues.push({ key: 'break-glass-traits', values: { traits: differing.join(', ') } });
  if (facts.observations?.['OPPOSITION_BRIS_DE_GLACE'] === true) issues.push({ key: 'consent-break-glass-opposed' });
  await tell(
    issues.map((i) => i.key),
    differing,
  );
  if (issues.length > 0) throw new IssueError(issues);
  const { id } = await store.authorizations.of(patientId, personId);
  await store.authorizations.save(id, { emergency: { token, until } }, now());
}
