/**
 * « Bris de glace »: at the first call of a token the patient that the professional named is compared with the DMP's own traits and
 * the patient's opposition is asked for (TD1.3a); an opposition recorded here closes every call. Each access is put on record,
 * refused ones too. dmp-wire §6, §8.
 */
import { dmpKey } from '../../mappings/errors.ts';
import { emergencyEnd, traitsConfirmed } from '../../mappings/rights/purposes.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { td1_3a } from '../dmp/transactions/td1-3a.ts';
import { DmpError, type CallContext, type DmpFailureKind, type PatientIns } from '../dmp/types.ts';
import { consultationIssues } from './decide.ts';
import type { Gatekeeping } from './gate.ts';

/** What only tells whether there is a DMP: no access to it, and open to everybody (dmp-wire §1.4). */
const tellsExistence = (transaction: string): boolean => transaction === 'TD0.2';

/** By which the DMP says no; what else goes wrong says nothing of the access. */
const refusals: readonly DmpFailureKind[] = ['fault', 'hl7', 'habilitation', 'registry'];

type Tell = (issues: readonly Issue[], differing?: readonly string[]) => Promise<void>;

/** Puts an access on record: opened, or refused when there are issues. */
function teller(ins: PatientIns | undefined, context: CallContext, { store, config, record }: Gatekeeping): Tell {
  const { emergency, reason, structure } = context.requester;
  const until = emergency && emergencyEnd(emergency.grantedAt, config.BREAK_GLASS_MINUTES).toISOString();
  return async (issues, differing = []) => {
    // The traits are kept as `differing`; the rest are places of the sentences.
    const { traits: _, ...values } = Object.assign({}, ...issues.map((i) => i.values)) as Record<string, unknown>;
    const details = {
      ...values,
      reason,
      tokenId: emergency?.tokenId,
      until,
      problems: issues.map((i) => i.key),
      differing,
    };
    await record(context, {
      kind: 'break-glass',
      ...(ins ? { patientId: (await store.as(structure.id).patients.byIns(ins)).id } : {}),
      outcome: issues.length > 0 ? 'refused' : 'success',
      details,
    });
  };
}

/** An emergency access that is refused for what the token itself says: another patient, its time is over. */
export const tellRefused = (
  issues: readonly Issue[],
  ins: PatientIns | undefined,
  context: CallContext,
  keeping: Gatekeeping,
): Promise<void> => teller(ins, context, keeping)(issues);

/** @throws IssueError break-glass-traits, consent-break-glass-opposed, dmp-absent, dmp:DMPClosed; DmpError of TD1.3a */
export async function openEmergency(
  transaction: string,
  ins: PatientIns,
  context: CallContext,
  keeping: Gatekeeping,
): Promise<void> {
  const { store, config, dmp, now } = keeping;
  const { emergency, personId, purpose, structure } = context.requester;
  if (!emergency || tellsExistence(transaction)) return;
  const tell = teller(ins, context, keeping);
  const refuse = async (issues: readonly Issue[], differing?: readonly string[]): Promise<never> => {
    await tell(issues, differing);
    throw new IssueError([...issues]);
  };
  // Also of a token that was examined: a patient may object at any time.
  const opposed = consultationIssues(await store.consents.decisions(ins, structure.id, now()), purpose, config, now());
  if (opposed.length > 0) return refuse(opposed);
  // Another token is examined, and on record, by itself.
  const { tokenId: token } = emergency;
  if (await store.authorizations.emergencyOf(ins, personId, token)) return;
  const answer = await dmp.call(td1_3a, { patient: ins }, context).catch(async (error: unknown) => {
    // The DMP itself knows of an opposition or a block.
    if (error instanceof DmpError && refusals.includes(error.kind))
      await tell([{ key: dmpKey(error.kind, error.code), values: { code: error.code } }]);
    throw error;
  });
  const [facts] = answer.patients;
  if (!facts) return refuse([{ key: 'dmp-absent' }]);
  if (facts.status === 'terminated') return refuse([{ key: 'dmp:DMPClosed' }]);
  const issues: Issue[] = [];
  const differing = traitsConfirmed(emergency.confirmed, facts);
  if (differing.length > 0) issues.push({ key: 'break-glass-traits', values: { traits: differing.join(', ') } });
  if (facts.observations?.['OPPOSITION_BRIS_DE_GLACE'] === true) issues.push({ key: 'consent-break-glass-opposed' });
  if (issues.length > 0) return refuse(issues, differing);
  await tell([]);
  const { id: patientId } = await store.as(structure.id).patients.byIns(ins);
  const { id } = await store.authorizations.of(patientId, personId);
  const until = emergencyEnd(emergency.grantedAt, config.BREAK_GLASS_MINUTES);
  await store.authorizations.save(id, { emergency: { token, until } }, now());
}
