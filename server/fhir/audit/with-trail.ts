/** The services of one request: what it asks of the DMP, or of the gate, says whose record it is about. */
import type { Trail } from '../../audit/trail.ts';
import type { CallContext } from '../../dmp/types.ts';
import type { Services } from '../services.ts';

export function withTrail(services: Services, trail: Trail | undefined): Services {
  if (!trail) return services;
  const { dmp, gate } = services;
  const noted = (context: CallContext): CallContext => {
    if (context.patient) trail.concerns(context.patient);
    return { ...context, trail };
  };
  return {
    ...services,
    note: (facts) => trail.note(facts),
    dmp: {
      call: (transaction, input, context) => dmp.call(transaction, input, noted(context)),
      rehearse: (transaction, input, context) => dmp.rehearse(transaction, input, noted(context)),
      close: () => dmp.close(),
    },
    gate: {
      ...gate,
      admit: (transaction, context) => gate.admit(transaction, noted(context)),
      feeding: (ins, requester) => {
        trail.concerns(ins);
        return gate.feeding(ins, requester);
      },
    },
  };
}
