/** What stays of a request that was served: who spoke, and that they came. */
import type { Exchange } from '../exchange.ts';
import { findPatient } from '../world.ts';
import { learn } from './directory.ts';
import { noteAccess } from './life.ts';

/** Learns the requester's name and structure, and moves the date of their last access to the patient's DMP. */
export function noteRequester({ vihf, world }: Exchange): void {
  learn(world.directory, vihf);
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  if (patient !== undefined) noteAccess(world, patient, vihf);
}
