/**
 * The DMP's own authorisation of a professional, before a record is read: asked for when it is not known to be valid (TD0.2), and
 * declared (TD0.3) when the patient consents and it is absent or expired (EX_0.3-1010), once, and on record. Valid is
 * remembered for a while: a status already known is not asked again (dmp-wire §8).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { authorizationStatus, isValid } from '../../mappings/consent/authorization.ts';
import type { ExistenceAnswer } from '../../mappings/hl7v3/existence.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { td0_2 } from '../dmp/transactions/td0-2.ts';
import { td0_3 } from '../dmp/transactions/td0-3.ts';
import type { CallContext, PatientIns, Requester } from '../dmp/types.ts';
import type { StoredAuthorization } from '../store/types.ts';
import { inForce, isFresh, type Decision } from './decide.ts';
import type { Gatekeeping } from './gate.ts';

/** How long another's declaration is waited for, and how often it is looked at, in milliseconds. */
const lease = 30_000;
const pause = 150;

/**
 * @throws IssueError authorization-blocked, authorization-missing; DmpError of TD0.2 and TD0.3
 */
export async function ensureAuthorization(
  ins: PatientIns,
  context: CallContext,
  decisions: readonly Decision[],
  known: StoredAuthorization | undefined,
  keeping: Gatekeeping,
): Promise<void> {
  const { config, store, dmp, now } = keeping;
  const { id: structure } = context.requester.structure;
  if (isFresh(known, structure, config, now())) return;
  const answer = await dmp.call(td0_2, { patient: ins }, context);
  // Without an open DMP there is nothing to be authorised for: the transaction says so in the DMP's own words.
  const [facts] = answer.patients;
  if (!facts || facts.status === 'terminated') return;
  const before = await remember(ins, context.requester, answer, keeping);
  const status = answer.authorization ?? authorizationStatus.none;
  if (isValid(status)) return;
  if (status === authorizationStatus.forbidden) throw new IssueError({ key: 'authorization-blocked' });
  // Of a word that nobody knows it cannot be said that a declaration is wanted.
  const isWanting = status === authorizationStatus.none || status === authorizationStatus.expired;
  const consents = inForce(decisions, 'consultation', now()) === 'permit';
  if (config.AUTHORIZATION !== 'declare' || !isWanting || !consents || wasDeclaredInVain(known, structure, keeping))
    throw new IssueError({ key: 'authorization-missing', values: { status } });
  const since = now();
  if (await store.authorizations.claimDeclaration(before.id, since, lease))
    await declare(before, status, context, keeping);
  else await untilDeclared(ins, since, context, keeping);
}

/**
 * Declared from here before the DMP was asked, and not valid all the same: another declaration would not help. What somebody declares
 * while the DMP is asked is not in vain: the answer is older.
 */
const wasDeclaredInVain = (
  known: StoredAuthorization | undefined,
  structure: string,
  { config, now }: Gatekeeping,
): boolean =>
  known?.declaredAt !== undefined &&
  known.checkedFor === structure &&
  isValid(known.status) &&
  known.declaredAt.getTime() + config.AUTHORIZATION_TTL_SECONDS * 1000 > now().getTime();

async function declare(
  { id, patientId, ins }: StoredAuthorization,
  status: string,
  context: CallContext,
  keeping: Gatekeeping,
): Promise<void> {
  const { config, store, dmp, now, record } = keeping;
  const { id: structure } = context.requester.structure;
  // Declared by another between the question to the DMP and the claim: the claim ends with what was said then.
  const current = await store.authorizations.known(ins, context.requester.personId);
  if (current?.checkedAt && isFresh(current, structure, config, now()))
    return store.authorizations.save(id, { checkedAt: current.checkedAt, checkedFor: structure }, now());
  const details = { consent: id, transaction: 'TD0.3', action: 'AJOUT', automatic: true };
  const tell = (outcome: 'success' | 'failure'): Promise<void> =>
    record(context, { kind: 'authorization', patientId, outcome, details });
  try {
    await dmp.call(td0_3, { action: 'AJOUT' }, context);
  } catch (error) {
    // The claim ends, so that the next one may try.
    await store.authorizations.save(id, { status, checkedAt: now(), checkedFor: structure }, now());
    await tell('failure');
    throw error;
  }
  await store.authorizations.save(
    id,
    { status: authorizationStatus.valid, checkedAt: now(), checkedFor: structure, declaredAt: now() },
    now(),
  );
  await tell('success');
}

/** Somebody else is declaring it for the same professional: what comes of it is waited for, also that nothing did. */
async function untilDeclared(
  ins: PatientIns,
  since: Date,
  { requester, signal }: CallContext,
  keeping: Gatekeeping,
): Promise<void> {
  const { store, config, now } = keeping;
  let known: StoredAuthorization | undefined;
  for (let waited = 0; waited < lease; waited += pause) {
    known = await store.authorizations.known(ins, requester.personId);
    if (isFresh(known, requester.structure.id, config, now())) return;
    // Said meanwhile, and not valid: the declaration has failed.
    if (known?.checkedAt && known.checkedAt >= since) break;
    await wait(pause, undefined, signal ? { signal } : {});
  }
  throw new IssueError({ key: 'authorization-missing', values: { status: known?.status ?? '—' } });
}

/**
 * Keeps what TD0.2 said of the one who asked, when it is valid: what is not, is asked again anyway, and must not end the claim of
 * somebody who is declaring it now.
 * @returns what was known before
 */
export async function remember(
  ins: PatientIns,
  requester: Requester,
  answer: ExistenceAnswer,
  { store, now }: Pick<Gatekeeping, 'store' | 'now'>,
): Promise<StoredAuthorization> {
  const { id: patientId } = await store.as(requester.structure.id).patients.byIns(ins);
  const known = await store.authorizations.of(patientId, requester.personId);
  const { authorization: status, treatingPhysician = false } = answer;
  if (isValid(status)) {
    const said = { status, treatingPhysician, checkedAt: now(), checkedFor: requester.structure.id };
    await store.authorizations.save(known.id, said, now());
  }
  return known;
}
