/** What the answers about one patient have in common. */
import type { PatientRecord } from '../world.ts';
import { custodian, el } from './write.ts';

/** COMPTE_INTERNET_OUVERT has a code system of its own (dmp-wire §6). */
export const internetSystem = '1.2.250.1.213.4.1.2.9';

/** The identifiers in the record's order, and the status of the DMP. */
export const identity = ({ identifiers, dmp }: PatientRecord): string[] => [
  ...identifiers.map((id) => el('id', { root: id.oid, extension: id.value })),
  el('statusCode', { code: dmp }),
];

/** The registration of a patient, with the date of closure of a closed DMP. */
export const registration = (patient: string, closedAt?: string): string =>
  el(
    'registrationEvent',
    { classCode: 'REG', moodCode: 'EVN' },
    el('statusCode', { code: 'completed' }),
    closedAt === undefined ? '' : el('effectiveTime', { value: closedAt }),
    el('subject1', { typeCode: 'SBJ' }, patient),
    custodian(),
  );
