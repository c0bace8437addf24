/**
 * The life of an authorisation (dmp-wire §7): declared, expired, removed, blocked; the médecin traitant; what becomes of
 * all that when a DMP is closed and reopened. Where the sources are silent, simulator/README says what was decided.
 */
import { authorizationOf, type AuthorizationStatus, hasExpired, type PatientRecord, type World } from '../world.ts';
import type { Vihf } from '../vihf/types.ts';
import { toDtm } from '../xds/composites.ts';

const recordOf = (patient: PatientRecord, holder: string) => patient.authorizations.find((a) => a.holder === holder);

/** Puts a record in the place of the holder's former one, or at the end. */
function put(patient: PatientRecord, record: PatientRecord['authorizations'][number]): void {
  const at = patient.authorizations.findIndex((a) => a.holder === record.holder);
  if (at < 0) patient.authorizations.push(record);
  else patient.authorizations[at] = record;
}

/** TD0.3 AJOUT: authorises from now on; an authorisation that stands stays as it is. @returns false when one stood */
export function declare(world: World, patient: PatientRecord, holder: string): boolean {
  const former = recordOf(patient, holder);
  if (former?.status === 'VALIDE' && !hasExpired(world, former)) return false;
  put(patient, { ...former, holder, status: 'VALIDE', start: toDtm(world.clock.now()) });
  return true;
}

/** TD0.3 SUPPRESSION: ends the access, and with it the role of médecin traitant. @returns false when there was none */
export function remove(patient: PatientRecord, holder: string): boolean {
  const before = patient.authorizations.length;
  patient.authorizations = patient.authorizations.filter((a) => a.holder !== holder || a.status === 'INTERDIT');
  if (patient.treatingPhysician === holder) delete patient.treatingPhysician;
  return patient.authorizations.length < before;
}

/** What the patient (or the Web-PS site for the patient) may make of an authorisation. */
export const decisions = ['VALIDE', 'EXPIRE', 'INTERDIT', 'NON_EXISTE'] as const;
export type Decision = AuthorizationStatus | 'NON_EXISTE';

/** The patient's decision about one professional or structure; whoever is blocked or removed is no médecin traitant. */
export function decide(world: World, patient: PatientRecord, holder: string, decision: Decision): void {
  const former = recordOf(patient, holder);
  if ((decision === 'NON_EXISTE' || decision === 'INTERDIT') && patient.treatingPhysician === holder)
    delete patient.treatingPhysician;
  if (decision === 'NON_EXISTE') {
    patient.authorizations = patient.authorizations.filter((a) => a !== former);
    return;
  }
  const start = decision === 'EXPIRE' ? former?.start : undefined;
  put(patient, { ...former, holder, status: decision, start: start ?? toDtm(world.clock.now()) });
}

/** TD1.4, or the patient: the DMP is closed; its authorisations wait. */
export function closeDmp(patient: PatientRecord, closure: NonNullable<PatientRecord['closure']>): void {
  patient.dmp = 'terminated';
  patient.closure = closure;
}

/**
 * TD1.2, or the patient: the DMP is open again. Authorisations and the médecin traitant are as they were or gone (setting
 * `reopeningKeeps`); blocks stay.
 */
export function reopenDmp({ settings }: World, patient: PatientRecord): void {
  patient.dmp = 'active';
  delete patient.closure;
  if (settings.reopeningKeeps) return;
  patient.authorizations = patient.authorizations.filter((a) => a.status === 'INTERDIT');
  delete patient.treatingPhysician;
}

/** Notes that somebody came: moves the date of the authorisation that let them in, the person's or the structure's. */
export function noteAccess(world: World, patient: PatientRecord, who: Pick<Vihf, 'nameId' | 'structure'>): void {
  const record = authorizationInForce(world, patient, who);
  if (record !== undefined) record.lastAction = toDtm(world.clock.now());
}

/** The record by which somebody may come in: the person's own, else the structure's; undefined when none is valid. */
export function authorizationInForce(
  world: World,
  patient: PatientRecord,
  who: Pick<Vihf, 'nameId' | 'structure'>,
): PatientRecord['authorizations'][number] | undefined {
  if (authorizationOf(world, patient, who) !== 'VALIDE') return undefined;
  return [who.nameId, who.structure]
    .map((holder) => recordOf(patient, holder))
    .find((a) => a?.status === 'VALIDE' && !hasExpired(world, a));
}
