/** HL7 V3 requests to the simulator: the right service and client certificate for what the message itself says. */
import type { Simulator } from '../../../simulator/server.ts';
import { clientFor } from './golden.ts';
import { post } from './http.ts';
import type { Identity, TestPki } from './pki.ts';
import { openSoap, type SoapAnswer, soapOf } from './project.ts';

/** Sends a golden request, or a mutant of one. */
export async function ask(
  simulator: Simulator,
  pki: TestPki,
  body: string,
  client?: Identity,
): Promise<{ status: number; envelope: SoapAnswer }> {
  const answer = await post(simulator, pki, {
    service: body.includes('<PRPA_IN201305UV02') ? 'patientsPDQ' : 'patients',
    contentType: 'application/soap+xml',
    body,
    client: client ?? (await clientFor(pki, body)),
  });
  return { status: answer.status, envelope: openSoap(soapOf(answer.contentType, answer.body)) };
}
