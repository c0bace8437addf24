/** `POST /fhir/Patient` (TD1.1): opens a DMP. Withdrawn by the DMP: see `administration.ts`. */
import { IssueError } from '../../../mappings/outcome.ts';
import { openingConsent, openingOppositions } from '../../../mappings/patient-opening.ts';
import { writtenPatient } from '../../../mappings/patient-written.ts';
import { td1_1 } from '../../dmp/transactions/td1-1.ts';
import type { Handler } from '../interaction.ts';
import { administer, administeredReply, requireServed, requireUnconditional } from './administration.ts';
import { readAdministrativeBody } from './body.ts';

export const createPatient: Handler = async (call, services) => {
  const { config, store, now } = services;
  requireServed(td1_1.name, services);
  requireUnconditional(call);
  const { patient, input, warnings } = await readAdministrativeBody(call, services, (given, read) => {
    const consent = openingConsent(given, now());
    return [...(typeof consent === 'string' ? [] : [consent]), ...(read ? openingOppositions(read.oppositions) : [])];
  });
  const consentedOn = openingConsent(patient, now());
  if (typeof consentedOn !== 'string') throw new IssueError(consentedOn);
  const { id } = await store.patients.byIns(input.patient);
  await administer(td1_1, { ...input, consentedOn }, id, call, services);
  const written = writtenPatient(input, { id, traits: config.PATIENT_TRAITS });
  return administeredReply(td1_1.name, 201, written, warnings, call, services);
};
