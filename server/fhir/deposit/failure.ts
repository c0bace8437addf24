/**
 * After a failed TD2.1: did the DMP surely not register? Then the uniqueIds are free again. Otherwise they stay reserved,
 * and the same deposit sent again finds out.
 */
import { dmpKey, errorRow } from '../../../mappings/errors.ts';
import type { DmpError } from '../../dmp/types.ts';
import type { Attempt } from './attempt.ts';

/** Nothing was sent: the connection never came to be. */
const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether the DMP surely did not register what TD2.1 carried.
 * @param isAgain something was sent before whose outcome is not known, and which may have arrived since
 */
export const surelyNotRegistered = (error: DmpError, isAgain = false): boolean =>
  isWithoutEffect(error) && (!isAgain || isJudged(error));

/** The DMP read the deposit and will not have it: that is said of the same deposit sent earlier, too. */
const isJudged = ({ kind, code }: DmpError): boolean =>
  ['registry', 'fault', 'hl7', 'habilitation'].includes(kind) && errorRow(dmpKey(kind, code)).retry !== true;

/** This message, taken alone. */
function isWithoutEffect({ kind, code }: DmpError): boolean {
  switch (kind) {
    case 'rights': // no call was made
    case 'hl7':
    case 'habilitation':
      return true;
    case 'tls': // no request without a handshake; a broken record may be the answer's
      return !/DECRYPT|BAD_RECORD|^EPROTO$/.test(code);
    case 'registry': // ITI-41 is atomic (ITI TF-2 §3.41.4.1.3): what is not a success has no effect
      return code !== 'PartialSuccess';
    case 'fault': // the sender's fault: refused; the receiver's: anything may have happened
      return code !== 'Receiver';
    case 'http': // a gateway says 5xx, 503 among them, of what the DMP behind it may have done
      return /^4\d\d$/.test(code);
    case 'network':
    case 'timeout':
      return unsent.has(code);
    case 'garbage':
    case 'truncated':
    case 'mismatch':
    case 'too-large':
      return false;
  }
}

/**
 * The DMP holds these uniqueIds already: for a deposit whose first answer was lost, that is the answer.
 * @param attempt of the feed, all of which send the very same: other bytes are not ours
 */
export function alreadyRegistered({ kind, code }: DmpError, attempt?: Attempt): boolean {
  if (kind !== 'registry') return false;
  return code === 'XDSDuplicateUniqueIdInRegistry' || (code === 'XDSNonIdenticalHash' && !attempt);
}
