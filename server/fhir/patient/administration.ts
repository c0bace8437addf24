/**
 * What the withdrawn transactions have in common (TD1.1, TD1.2, TD1.3b, TD1.4): they are served where a setting says so, and each
 * is put on record, done or not.
 */
import type { Patient } from '@medplum/fhirtypes';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { existenceToPatient, patientOfIns } from '../../../mappings/patient.ts';
import { record } from '../../audit/record.ts';
import { DmpError, type PatientIns, type Transaction } from '../../dmp/types.ts';
import type { StoredPatient } from '../../store/types.ts';
import { surelyNotRegistered } from '../deposit/failure.ts';
import { callContext, type Call, type Reply } from '../interaction.ts';
import { dmpIssues, toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';

/** @throws IssueError transaction-withdrawn unless the operator serves these transactions */
export function requireServed(transaction: string, { config }: Pick<Services, 'config'>): void {
  if (!config.WITHDRAWN_TRANSACTIONS)
    throw new IssueError({ key: 'transaction-withdrawn', values: { transaction, setting: 'WITHDRAWN_TRANSACTIONS' } });
}

/** A condition that nobody could keep is refused, not overlooked. @throws IssueError administrative-condition */
export function requireUnconditional({ ifMatch, ifNoneExist }: Call): void {
  const header = ifNoneExist !== undefined ? 'If-None-Exist' : (ifMatch ?? '*').trim() === '*' ? undefined : 'If-Match';
  if (header !== undefined) throw new IssueError({ key: 'administrative-condition', values: { header } });
}

/** Whether the DMP surely did nothing: it was not asked, or said no. */
const isRefusal = (error: unknown): boolean =>
  error instanceof IssueError || (error instanceof DmpError && surelyNotRegistered(error));

/**
 * Sends one, on record: done, refused, or failed, after which nobody knows whether it took effect (a lost answer).
 * @param details what the record says beside the transaction: nothing that names a person
 * @throws DmpError; IssueError with what the DMP's failure is, and that its outcome is not known
 */
export async function administer<In extends { patient: PatientIns }>(
  transaction: Transaction<In, ExistenceAnswer>,
  input: In,
  patientId: string,
  call: Call,
  services: Services,
  details: Record<string, string> = {},
): Promise<ExistenceAnswer> {
  const tell = (outcome: 'success' | 'refused' | 'failure'): Promise<unknown> =>
    record(services, call.caller, {
      kind: 'record-administration',
      patientId,
      outcome,
      details: { transaction: transaction.name, ...details },
      requestId: call.requestId,
    });
  let answer: ExistenceAnswer;
  try {
    answer = await services.dmp.call(transaction, input, callContext(call, input.patient));
  } catch (error) {
    await tell(isRefusal(error) ? 'refused' : 'failure');
    if (!(error instanceof DmpError) || isRefusal(error)) throw error;
    const unknown = { transaction: transaction.name, patient: patientId };
    throw new IssueError([
      ...dmpIssues(error),
      { key: 'administration-unknown', severity: 'warning', values: unknown },
    ]);
  }
  await tell('success');
  return answer;
}

/** The Patient as the answer to a TD1.2 or TD1.4 says it: whether the record is open. */
export const answeredPatient = (
  answer: ExistenceAnswer,
  { id, ins }: StoredPatient,
  { config }: Pick<Services, 'config'>,
): Patient => existenceToPatient(answer, { id, traits: config.PATIENT_TRAITS }) ?? patientOfIns(ins, id);

/** The answer to a create or update, as the client prefers (FHIR R4 http.html#return): only an outcome has room for warnings. */
export function administeredReply(
  transaction: string,
  status: 200 | 201,
  patient: Patient,
  warnings: readonly Issue[],
  call: Call,
  { config }: Pick<Services, 'config'>,
): Reply {
  const said: Issue[] = [{ key: 'administered', severity: 'information', values: { transaction } }, ...warnings];
  const body = {
    minimal: undefined,
    representation: patient,
    OperationOutcome: toOutcome(said, call.language, call.requestId),
  }[call.prefer.return];
  const place = `${config.fhirBase}/Patient/${patient.id ?? ''}`;
  return {
    status,
    ...(body ? { resource: body } : {}),
    headers: status === 201 ? { Location: place } : { 'Content-Location': place },
  };
}
