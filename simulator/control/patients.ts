/**
 * The patient's will, by the control port: what the person decides in Mon espace santé, or asks a professional to enter
 * on the Web-PS site, and no software may (dmp-wire §7, FI-527 §2.3). The patient is named by INS in the body, never in a
 * URL, and no answer repeats it.
 */
import { z } from 'zod';

import { closeDmp, decide, decisions, reopenDmp } from '../habilitations/life.ts';
import { insTest } from '../seed/story.ts';
import { findPatient, hasExpired, type PatientRecord, type World } from '../world.ts';
import { toDtm } from '../xds/composites.ts';
import { parsed } from './parsed.ts';

type Operation = (world: World, body: unknown) => unknown;

const named = { patient: z.object({ value: z.string(), oid: z.string().default(insTest) }) };

/** One operation: what its body holds beside the patient, and what it does to the record of a DMP. */
function operation<Shape extends z.ZodRawShape>(
  shape: Shape,
  apply: (world: World, patient: PatientRecord, body: z.infer<z.ZodObject<Shape>>) => void,
): Operation {
  const rest = z.strictObject(shape);
  const whole = z.looseObject(named);
  return (world, body) => {
    const { patient: key, ...more } = parsed(whole, body);
    const given = parsed(rest, more);
    const patient = findPatient(world, key);
    if (patient === undefined || patient.dmp === 'none') throw new Error('patient: no DMP');
    apply(world, patient, given);
    return stateOf(world, patient);
  };
}

/** What the DMP holds of the patient's will. */
const stateOf = (world: World, patient: PatientRecord) => ({
  dmp: patient.dmp,
  treatingPhysician: patient.treatingPhysician ?? null,
  authorizations: patient.authorizations.map((a) => ({
    holder: a.holder,
    status: hasExpired(world, a) ? 'EXPIRE' : a.status,
    start: a.start,
    lastAction: a.lastAction ?? null,
  })),
  oppositions: patient.oppositions,
  maskedInEmergencies: patient.maskedInEmergencies ?? false,
});

/** Operations by path. Documented in simulator/README.md. */
export const patientOperations: Record<string, Operation> = {
  'POST /control/patients': operation({}, () => undefined),
  'POST /control/patients/authorization': operation(
    { holder: z.string().regex(/^\S+$/), status: z.enum(decisions) },
    (world, patient, { holder, status }) => decide(world, patient, holder, status),
  ),
  'POST /control/patients/oppositions': operation(
    { breakGlass: z.boolean().optional(), emergency: z.boolean().optional() },
    (_, patient, { breakGlass, emergency }) => {
      patient.oppositions = {
        breakGlass: breakGlass ?? patient.oppositions.breakGlass,
        emergency: emergency ?? patient.oppositions.emergency,
      };
    },
  ),
  'POST /control/patients/masked': operation({ inEmergencies: z.boolean() }, (_, patient, { inEmergencies }) => {
    patient.maskedInEmergencies = inEmergencies;
  }),
  'POST /control/patients/dmp': operation(
    { status: z.enum(['active', 'terminated']), text: z.string().optional() },
    (world, patient, { status, text }) => {
      if (status === patient.dmp) return;
      if (status === 'active') return reopenDmp(world, patient);
      const date = toDtm(world.clock.now());
      closeDmp(patient, { date, code: 'FERMETURE_DEMANDE_PATIENT', ...(text === undefined ? {} : { text }) });
    },
  ),
};
