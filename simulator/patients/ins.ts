/** The INS as an identifier (dmp-wire §3.3, auth.md §1.5). */

import type { PatientKey } from '../vihf/types.ts';
import type { Refusal } from './write.ts';

/** Authorities: real NIR, real NIA, test, demonstration. */
export const insAuthorities = [
  '1.2.250.1.213.1.4.8',
  '1.2.250.1.213.1.4.9',
  '1.2.250.1.213.1.4.10',
  '1.2.250.1.213.1.4.11',
];

/** Identifiers of a person, the INS before those of other authorities (the INS-C), else in their order. */
export const insFirst = (identifiers: readonly PatientKey[]): PatientKey[] => {
  const isIns = ({ oid }: PatientKey): boolean => insAuthorities.includes(oid);
  return [...identifiers.filter(isIns), ...identifiers.filter((id) => !isIns(id))];
};

/** 97 − (first 13 characters mod 97), Corsica's 2A read as 19 and 2B as 18. */
export function hasRightKey(ins: string): boolean {
  const [, body, key] = /^(\d{5}(?:\d{2}|2[AB])\d{6})(\d{2})$/.exec(ins) ?? [];
  if (body === undefined) return false;
  const digits = body.replace('2A', '19').replace('2B', '18');
  return 97 - Number(BigInt(digits) % 97n) === Number(key);
}

/** The application error of a wrong key (golden td0-2/06; the code is assumed). */
export const wrongKey = ({ value }: PatientKey): Refusal | undefined =>
  hasRightKey(value) ? undefined : { code: 'DMPInvalidData', text: 'La clé du matricule INS est incorrecte' };
