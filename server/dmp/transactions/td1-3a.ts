/** TD1.3a: the administrative data that the DMP holds of a patient: traits, address, legal representatives, oppositions. */
import { patientQuery } from './td0-2.ts';

export const td1_3a = patientQuery('TD1.3a', 'CNSLT_DATA');
