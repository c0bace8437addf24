/**
 * What is known of a patient before a right is explained: one TD0.2 for the state of the DMP, the caller's authorisation and whether
 * the caller is the médecin traitant; the consents on record. Nothing is declared, and no emergency is opened.
 */
import { authorizationStatus, isValid } from '../../../mappings/consent/authorization.ts';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/existence.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { emergencyProblems, regulationProblems, traitsConfirmed } from '../../../mappings/rights/purposes.ts';
import { inForce } from '../../consent/decide.ts';
import { chooseMode } from '../../dmp/rights.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Ins } from '../../store/types.ts';
import { callContext, type Call } from '../interaction.ts';
import type { Services } from '../services.ts';
import type { DmpState } from './table.ts';

/** Issues of severity error forbid; each list goes with the rights that it is about. */
export interface PatientFacts {
  /** Absent when the DMP could not be asked in the caller's name. */
  dmp?: DmpState;
  /** The DMP's own word. */
  authorization?: string;
  isTreating: boolean;
  /** Of everything: the emergency access, or the secret one, of the token is not good for this patient. */
  emergency: Issue[];
  /** Of what opens the record in an emergency: the traits that were confirmed are not the DMP's. */
  traits: Issue[];
  /** Of what a patient's block closes. */
  block: Issue[];
  feeding: Issue[];
  /** Of reading: the consents on record, and the authorisation. */
  consultation: Issue[];
  /** Of declaring the authorisation: the consents on record. */
  declaring: Issue[];
}

type Told = Pick<PatientFacts, 'dmp' | 'authorization' | 'isTreating'> & { answer?: ExistenceAnswer };

/** Whether TD0.2 may go out in the caller's name at all. */
function mayAsk({ caller }: Call): boolean {
  try {
    chooseMode(td0_2, caller);
    return true;
  } catch (error) {
    if (error instanceof DmpError && error.kind === 'rights') return false;
    throw error;
  }
}

/** @throws DmpError, but for what the caller may not ask */
async function ask(ins: Ins, call: Call, services: Services): Promise<Told> {
  const answer = await services.dmp.call(td0_2, { patient: ins }, callContext(call, ins));
  const [patient] = answer.patients;
  if (!patient) return { dmp: 'none', isTreating: false, answer };
  return {
    dmp: patient.status === 'terminated' ? 'terminated' : 'active',
    authorization: answer.authorization ?? authorizationStatus.none,
    isTreating: answer.treatingPhysician ?? false,
    answer,
  };
}

/** What the traits of the DMP say of those that the token confirms. */
function traitIssues({ caller }: Call, answer: ExistenceAnswer | undefined): Issue[] {
  const [facts] = answer?.patients ?? [];
  if (!caller.emergency || !facts) return [];
  const traits = traitsConfirmed(caller.emergency.confirmed, facts);
  return traits.length > 0 ? [{ key: 'break-glass-traits', values: { traits: traits.join(', ') } }] : [];
}

/** Of consultation with normal access: what the authorisation says that the consents do not. */
function authorizationIssues({ authorization: status }: Told, consents: boolean, { config }: Services): Issue[] {
  if (status === undefined || isValid(status) || status === authorizationStatus.forbidden) return [];
  const key =
    config.AUTHORIZATION === 'declare' && consents ? 'rights-authorization-declared' : 'authorization-missing';
  return [{ key, values: { status }, ...(key === 'authorization-missing' ? {} : { severity: 'information' }) }];
}

/** Each key once, the first time that it comes. */
export const once = (issues: readonly Issue[]): Issue[] =>
  issues.filter((issue, i) => issues.findIndex((other) => other.key === issue.key) === i);

/** @throws DmpError when the DMP does not answer; what the consents say is in the facts */
export async function factsOf(ins: Ins, call: Call, services: Services): Promise<PatientFacts> {
  const { store, config, gate, now } = services;
  const { caller } = call;
  const emergency = emergencyProblems(caller, ins, {
    now: now(),
    minutes: config.BREAK_GLASS_MINUTES,
    reasonMin: config.BREAK_GLASS_REASON_MIN,
  });
  const secret = await gate.secret(caller, ins);
  const closed =
    emergency.length > 0 || secret.length > 0 || regulationProblems(caller, config).length > 0 || !mayAsk(call);
  const told: Told = closed ? { isTreating: false } : await ask(ins, call, services);
  const explained = await gate.explain(ins, caller);
  const consents =
    inForce(await store.consents.decisions(ins, caller.structure.id), 'consultation', now()) === 'permit';
  const { answer, ...facts } = told;
  return {
    ...facts,
    emergency: [...emergency, ...secret],
    traits: traitIssues(call, answer),
    block: facts.authorization === authorizationStatus.forbidden ? [{ key: 'authorization-blocked' }] : [],
    feeding: explained.feeding,
    consultation: once([
      ...(caller.purpose === 'normal' ? authorizationIssues(told, consents, services) : []),
      ...explained.consultation,
    ]),
    declaring: explained.consultation.filter(({ key }) => key !== 'authorization-missing'),
  };
}
