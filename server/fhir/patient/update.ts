/**
 * `PUT /fhir/Patient`: two things have this route. An identity of the establishment is fed (ITI-104), by its local identifier or by
 * its id; any other id is that of a patient of the DMP, whose administrative data are changed (TD1.3b).
 */
import { feedPatient, identityOf } from '../identity/interactions.ts';
import type { Handler } from '../interaction.ts';
import { changePatient } from './change.ts';

export const updatePatient: Handler = async (call, services) => {
  const isFeed = call.id === undefined || (await identityOf(call.id, call, services)) !== undefined;
  return (isFeed ? feedPatient : changePatient)(call, services);
};
