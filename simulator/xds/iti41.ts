/** ITI-41 Provide and Register Document Set-b (TD2.1): all of the submission is registered, or nothing. */
import { type Answer, type Exchange, senderFault } from '../exchange.ts';
import { detailOf } from '../vihf/rules.ts';
import { registrationOf } from './register.ts';
import { examine, type Finding } from './rules/index.ts';
import { readSubmission } from './submission.ts';
import { writeRegistryResponse } from './write.ts';

/** @throws SoapFault when the DMP refuses whose record it is or who writes (codes `DMP…`, golden faults/03) */
export function provideAndRegister(exchange: Exchange): Answer {
  const submission = readSubmission(exchange);
  const findings = examine(submission);
  const refused = findings.find((f) => f.code.startsWith('DMP'));
  if (refused !== undefined) throw faultOf(refused);
  if (findings.length > 0) return { body: writeRegistryResponse('Failure', findings) };
  const { registry } = exchange.world;
  registry.register(registrationOf(submission, registry));
  return { body: writeRegistryResponse('Success') };
}

const faultOf = ({ rule, code, context }: Finding): Error => senderFault(code, context, detailOf(rule));
