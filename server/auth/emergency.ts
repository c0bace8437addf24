/**
 * The claims of a « bris de glace » token: why, whom, and who the professional confirmed that to be. Such a token is short and
 * complete, or it is refused: what it opens may not be opened by half of it (dmp-wire §8; the life is our own rule).
 */
import { checkIns, insFromCx, insFromToken } from '../../mappings/ins.ts';
import { isPurposeful } from '../../mappings/rights/reason.ts';
import type { Config } from '../config.ts';
import type { EmergencyAccess, PatientIns } from '../dmp/types.ts';
import { tokenInvalid, type Claims } from './claims.ts';

const claim = {
  person: 'extensions.ihe_iua.person_id',
  reason: 'extensions.dmp.access_reason',
  confirmed: 'extensions.dmp.confirmed_patient',
} as const;

/** IUA's CX (`INS^^^&OID&ISO`), or a token as a search writes it (`urn:oid:OID|INS`). */
function patientOf(text: string, config: Config): PatientIns {
  const bar = text.indexOf('|');
  const read = bar < 0 ? insFromCx(text) : insFromToken(text.slice(0, bar), text.slice(bar + 1));
  const ins = read && { ...read, value: read.value.toUpperCase() };
  // A wrong key is a warning under a test authority, as everywhere.
  if (!ins || checkIns(ins, config.ENVIRONMENT).some((i) => (i.severity ?? 'error') === 'error'))
    throw tokenInvalid(claim.person);
  return ins;
}

/**
 * @returns the reason, trimmed, and what the token opens
 * @throws IssueError `token-invalid` naming the claim that lacks or is not right: `access_reason`, `person_id`,
 * `confirmed_patient`, `jti` (RFC 9068: by it each token is examined by itself), or `exp` for a life longer than BREAK_GLASS_MINUTES
 */
export function emergencyOf(c: Claims, config: Config): { reason: string; emergency: EmergencyAccess } {
  const { access_reason: reason, confirmed_patient: confirmed } = c.extensions.dmp;
  const person = c.extensions.ihe_iua.person_id;
  if (reason === undefined || !isPurposeful(reason, config.BREAK_GLASS_REASON_MIN)) throw tokenInvalid(claim.reason);
  if (person === undefined) throw tokenInvalid(claim.person);
  const patient = patientOf(person, config);
  if (confirmed === undefined) throw tokenInvalid(claim.confirmed);
  if (c.jti === undefined) throw tokenInvalid('jti');
  if (c.exp === undefined || c.exp - c.iat > config.BREAK_GLASS_MINUTES * 60) throw tokenInvalid('exp');
  return {
    reason: reason.trim(),
    emergency: {
      patient,
      confirmed: { family: confirmed.family_name, given: confirmed.given_name, birthDate: confirmed.birthdate },
      grantedAt: new Date(c.iat * 1000),
      tokenId: c.jti,
    },
  };
}
