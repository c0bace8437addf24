/**
 * TD0.3: the requester declares the authorisation that the patient gave, or ends it; becomes or stops being « médecin traitant
 * DMP ». Only a person may (dmp-wire §1.4); said again, it changes nothing, and the DMP says so.
 */
import type { DmpStatus } from '../../../mappings/dmp-output.ts';
import {
  readSetAuthorization,
  writeSetAuthorization,
  type AuthorizationChange,
} from '../../../mappings/habilitations.ts';
import { specific } from './specific.ts';

/** `DMPOk` and the DMP's sentence, e.g. that the authorisation was there already. */
export type HabilitationAnswer = DmpStatus;

export const td0_3 = specific<AuthorizationChange, HabilitationAnswer>(
  'TD0.3',
  'setAuthorization',
  { service: 'habilitations', about: 'somebody', modes: ['INDIRECTE_RENFORCEE'], purposes: ['normal'] },
  writeSetAuthorization,
  (root) => {
    const status = readSetAuthorization(root);
    return { status, out: status };
  },
);
