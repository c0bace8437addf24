/** TD0.4: the DMPs that the requester is authorised to enter. About no patient: the VIHF names none (dmp-wire §2.2, §7). */
import {
  readPatientList,
  writePatientList,
  type PatientListQuery,
  type PatientListRow,
} from '../../../mappings/patient-list.ts';
import type { MissingRight, Requester, VihfMode } from '../types.ts';
import { specific } from './specific.ts';

export type { PatientListRow } from '../../../mappings/patient-list.ts';

/** A structure's certificate lists the new authorisations since a date, with normal access only (§1.4 note 3). */
function limits(query: PatientListQuery, mode: VihfMode, requester: Requester): MissingRight | undefined {
  if (mode !== 'INDIRECTE') return undefined;
  if (requester.purpose !== 'normal') return 'purpose';
  return query.by === 'LASTAUTORIZATION' && query.since !== undefined ? undefined : 'new-authorizations';
}

export const td0_4 = specific<PatientListQuery, PatientListRow[]>(
  'TD0.4',
  'patientList',
  {
    service: 'patientsSpecific',
    about: 'nobody',
    modes: ['INDIRECTE_RENFORCEE', 'INDIRECTE'],
    purposes: ['normal', 'bris_de_glace', 'centre_15'],
    limits,
  },
  writePatientList,
  (root) => {
    const { status, rows } = readPatientList(root);
    return { status, out: rows };
  },
);
