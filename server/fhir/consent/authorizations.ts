/**
 * Authorisations that stand in the DMP, as Consents: the caller's own by TD0.2, everybody's by TD1.6, changed by TD0.3 (for
 * oneself only). The store keeps their opaque ids and what the DMP last said.
 */
import type { Consent } from '@medplum/fhirtypes';
import {
  authorizationStatus,
  authorizationToConsent,
  factsOfRow,
  isValid,
  requestOf,
} from '../../../mappings/consent/authorization.ts';
import type { AuthorizationChange } from '../../../mappings/habilitations.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { record } from '../../audit/record.ts';
import { consultationIssues } from '../../consent/decide.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { td0_3 } from '../../dmp/transactions/td0-3.ts';
import { td1_6 } from '../../dmp/transactions/td1-6.ts';
import type { Ins, StoredAuthorization } from '../../store/types.ts';
import { callContext, type Call } from '../interaction.ts';
import type { Services } from '../services.ts';

/**
 * The caller's own authorisation, asked of the DMP (TD0.2).
 * @returns undefined when there is none
 * @throws IssueError dmp-absent; DmpError
 */
export async function ownAuthorization(ins: Ins, call: Call, services: Services): Promise<Consent | undefined> {
  const { dmp, store, now } = services;
  const answer = await dmp.call(td0_2, { patient: ins }, callContext(call, ins));
  if (answer.patients.length === 0) throw new IssueError({ key: 'dmp-absent' });
  const status = answer.authorization ?? authorizationStatus.none;
  const { id: patientId } = await store.patients.byIns(ins);
  const { id } = await store.authorizations.of(patientId, call.caller.personId);
  const treatingPhysician = answer.treatingPhysician ?? false;
  // What is not valid is asked again anyway, and must not end the claim of somebody who is declaring it now.
  const checked = isValid(status) ? { checkedAt: now(), checkedFor: call.caller.structure.id } : {};
  await store.authorizations.save(id, { status, treatingPhysician, ...checked }, now());
  if (status === authorizationStatus.none) return undefined;
  return authorizationToConsent({
    id,
    patientId,
    holder: { kind: 'professional', id: call.caller.personId, name: nameOf(call) },
    status,
    treatingPhysician,
    checkedAt: now(),
  });
}

const nameOf = ({ caller }: Call): string => `${caller.given} ${caller.family}`;

/** Everybody's (TD1.6): those who may enter, and those whom the patient blocked. @throws DmpError */
export async function allAuthorizations(ins: Ins, call: Call, services: Services): Promise<Consent[]> {
  const { dmp, store, now } = services;
  const rows = await dmp.call(td1_6, { mode: 'TOUTE' }, callContext(call, ins));
  const { id: patientId } = await store.patients.byIns(ins);
  return Promise.all(
    rows.map(async (row) => {
      const { id } = await store.authorizations.of(patientId, row.holder.id);
      return authorizationToConsent(factsOfRow(row, { id, patientId, checkedAt: now() }));
    }),
  );
}

/** The authorisation behind a `Consent.id`, as it stands now. Undefined when nobody has it any more. */
export async function readAuthorization(
  known: StoredAuthorization,
  call: Call,
  services: Services,
): Promise<Consent | undefined> {
  if (known.holder === call.caller.personId) return ownAuthorization(known.ins, call, services);
  return (await allAuthorizations(known.ins, call, services)).find((c) => c.id === known.id);
}

/**
 * Declares, ends, or changes the caller's own authorisation as a Consent says (TD0.3). Declaring asks for the patient's consent to
 * consultation on record: the DMP takes the software's word for it.
 * @returns the authorisation as it is then, undefined once it is ended; and whether the DMP was asked to change it
 * @throws IssueError consent-element, consent-block, consent-actor, consent-consultation-…; DmpError
 */
export async function changeAuthorization(
  consent: Consent,
  ins: Ins,
  isUpdate: boolean,
  call: Call,
  services: Services,
): Promise<{ consent?: Consent; changed: boolean }> {
  const { request, wasTreating, own } = await requested(consent, ins, isUpdate, call, services);
  // Also of one that stands already: what the patient refuses is not confirmed either.
  if (request === 'none' ? consent.status === 'active' : request.action === 'AJOUT')
    await requireConsent(ins, call, services);
  const after = request === 'none' ? own : await send(request, wasTreating, ins, call, services);
  return { ...(after ? { consent: after } : {}), changed: request !== 'none' };
}

/** What has to be asked of the DMP. That nothing has to be is not believed of what is remembered: the DMP is asked first. */
async function requested(
  consent: Consent,
  ins: Ins,
  isUpdate: boolean,
  call: Call,
  services: Services,
): Promise<{ request: AuthorizationChange | 'none'; wasTreating: boolean; own?: Consent }> {
  const { caller } = call;
  const decide = async (): Promise<{ request: AuthorizationChange | 'none'; wasTreating: boolean }> => {
    const known = await services.store.authorizations.known(ins, caller.personId);
    const wasTreating = known?.treatingPhysician ?? false;
    const before = { valid: isValid(known?.status), treatingPhysician: wasTreating, isUpdate };
    const holder = { personId: caller.personId, structureId: caller.structure.id };
    const request = requestOf(consent, before, holder, services.now());
    if (Array.isArray(request)) throw new IssueError(request);
    return { request, wasTreating };
  };
  const first = await decide();
  if (first.request !== 'none') return first;
  const own = await ownAuthorization(ins, call, services);
  return { ...(await decide()), ...(own ? { own } : {}) };
}

/** Declaring wants the patient's consent to consultation, as reading does. */
async function requireConsent(ins: Ins, { caller }: Call, { store, config, now }: Services): Promise<void> {
  const decisions = await store.consents.decisions(ins, caller.structure.id, now());
  const issues = consultationIssues(decisions, 'normal', config, now());
  if (issues.length > 0) throw new IssueError(issues);
}

/** TD0.3, on record. */
async function send(
  request: AuthorizationChange,
  wasTreating: boolean,
  ins: Ins,
  call: Call,
  services: Services,
): Promise<Consent | undefined> {
  const { dmp, store, now } = services;
  const { caller } = call;
  const { id: patientId } = await store.patients.byIns(ins);
  const { id } = await store.authorizations.of(patientId, caller.personId);
  const tell = (outcome: 'success' | 'failure'): Promise<unknown> =>
    record(services, caller, {
      kind: 'authorization',
      patientId,
      outcome,
      details: { consent: id, transaction: 'TD0.3', ...request, automatic: false },
      requestId: call.requestId,
    });
  try {
    await dmp.call(td0_3, request, callContext(call, ins));
  } catch (error) {
    // What stands in the DMP now is not known: an answer may be lost on its way.
    await store.authorizations.save(id, { status: null, checkedAt: null }, now());
    await tell('failure');
    throw error;
  }
  const after = stateAfter(request, wasTreating);
  const valid = isValid(after.status);
  const checked = { checkedAt: now(), checkedFor: caller.structure.id, ...(valid ? { declaredAt: now() } : {}) };
  await store.authorizations.save(id, { ...after, ...checked }, now());
  await tell('success');
  if (!valid) return undefined;
  const holder = { kind: 'professional', id: caller.personId, name: nameOf(call) } as const;
  return authorizationToConsent({ id, patientId, holder, ...after, checkedAt: now() });
}

/** What stands in the DMP once it has taken a TD0.3 (dmp-wire §7): to stop being médecin traitant keeps the access. */
function stateAfter(
  { action, role }: AuthorizationChange,
  wasTreating: boolean,
): { status: string; treatingPhysician: boolean } {
  if (action === 'AJOUT')
    return { status: authorizationStatus.valid, treatingPhysician: role !== undefined || wasTreating };
  return role === undefined
    ? { status: authorizationStatus.none, treatingPhysician: false }
    : { status: authorizationStatus.valid, treatingPhysician: false };
}
