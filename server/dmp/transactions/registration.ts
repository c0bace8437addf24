/**
 * What TD1.1, TD1.2, TD1.3b and TD1.4 have in common: the request about a patient, and the answer in its wrapper (dmp-wire §1.2,
 * §6). The DMP has withdrawn them, or takes them by card only (§1.4): the modes are those of a DMP that still takes them from
 * a server, and the REST layer has them behind WITHDRAWN_TRANSACTIONS.
 */
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { registrations, writeRegistration, type Registration } from '../../../mappings/hl7v3/registration.ts';
import { checkAbout } from '../about.ts';
import { accepted, newHead, outgoing } from '../hl7v3.ts';
import type { PatientIns, Transaction } from '../types.ts';

/** The interaction that says « done » of each request; another one gives the request back. */
const done = { PRPA_IN201311UV02: 'PRPA_IN201312UV02', PRPA_IN201314UV02: 'PRPA_IN201315UV02' } as const;

/**
 * @param content what the request says beside the patient and its author, who is the requester
 */
export function registration<In extends { patient: PatientIns }>(
  name: string,
  reason: Registration['reason'],
  options: Pick<Transaction<In, ExistenceAnswer>, 'idempotent'>,
  content: (input: In) => Omit<Registration, 'reason' | 'patient' | 'author'>,
): Transaction<In, ExistenceAnswer> {
  const { interaction } = registrations[reason];
  const action = `urn:hl7-org:v3:${interaction}`;
  return {
    name,
    service: 'patients',
    action,
    responseAction: action.replace('UV02', 'ResponseUV02'),
    responseRoot: { ns: 'asip:ci-sis:gdp:2010', name: `${interaction}_Response` },
    modes: ['INDIRECTE_RENFORCEE', 'INDIRECTE'],
    purposes: ['normal'],
    consent: 'none',
    ...options,
    /** @throws TypeError when the context names another patient */
    build(input, context, env) {
      const { patient } = input;
      checkAbout(name, context, patient);
      const head = newHead(env);
      const request = writeRegistration({ reason, patient, author: context.requester, ...content(input) }, head);
      return outgoing(name, request, head.messageId);
    },
    read: {
      kind: 'tree',
      /**
       * @throws DmpError kind `hl7` on a refusal (DMPFound, DMPClosed), `mismatch` when the answer is about somebody else;
       * RangeError when it accepts without saying that it is done
       */
      read(root, { patient }) {
        const answer = accepted(name, root, patient);
        if (answer.interaction !== done[interaction]) throw new RangeError('accepted, and not done');
        return answer;
      },
    },
  };
}
