/**
 * After a failed TD2.1: did the DMP surely not register? Then the uniqueIds are free again. Otherwise they stay reserved,
 * and the same deposit sent again finds out.
 */
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
 * @param attempt of the feed, which can ask: it does not rely on a 503, that a proxy may say when the DMP has done the work
 */
export function surelyNotRegistered({ kind, code }: DmpError, attempt?: Attempt): boolean {
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
    case 'http':
      return (code === '503' && !attempt) || /^4\d\d$/.test(code);
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
