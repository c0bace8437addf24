/** TD1.6: the professionals and structures that may enter a patient's DMP, or that the patient has blocked (dmp-wire §7). */
import {
  readListAuthorization,
  writeListAuthorization,
  type AuthorizationFilter,
  type AuthorizationRow,
} from '../../../mappings/habilitations.ts';
import { specific } from './specific.ts';

export type { AuthorizationRow } from '../../../mappings/habilitations.ts';

export const td1_6 = specific<{ mode: AuthorizationFilter }, AuthorizationRow[]>(
  'TD1.6',
  'listAuthorizationByPatient',
  { service: 'habilitations', about: 'somebody', modes: ['INDIRECTE_RENFORCEE'], purposes: ['normal'] },
  ({ mode }) => writeListAuthorization(mode),
  (root) => {
    const { status, rows } = readListAuthorization(root);
    return { status, out: rows };
  },
);
