/** The Patient of a create (TD1.1) or update (TD1.3b), as the DMP is told of it. */
import type { Patient } from '@medplum/fhirtypes';
import { reliabilityOf } from '../../../mappings/identity/reliability.ts';
import { checkIns } from '../../../mappings/ins.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { patientToAdministrative, type AdministrativeInput } from '../../../mappings/patient-to-administrative.ts';
import { feedingIssues } from '../../identity/feeding.ts';
import type { Call } from '../interaction.ts';
import type { Services } from '../services.ts';
import { hasErrors, isWalkable, validateBase } from '../validation/index.ts';

export interface AdministrativeBody {
  patient: Patient;
  input: AdministrativeInput;
  /** What the DMP has no place for, and what differs. */
  warnings: Issue[];
}

/**
 * Reads the body. An identity that is not qualified does not reach the DMP here either (`server/identity/feeding.ts`).
 * @throws IssueError with everything that is wrong
 */
export async function readAdministrativeBody(
  call: Call,
  services: Services,
  more: (patient: Patient, input: AdministrativeInput | undefined) => readonly Issue[],
): Promise<AdministrativeBody> {
  const base = validateBase(call.body, 'Patient');
  if (!isWalkable(base)) throw new IssueError(base);
  const patient = call.body as Patient;
  const { input, issues } = patientToAdministrative(patient);
  const all = [...base, ...issues, ...insIssues(input, services), ...more(patient, input)];
  if (!input || hasErrors(all)) throw new IssueError(all);
  const statement = reliabilityOf(patient).status;
  const { caller, requestId } = call;
  const identity = await feedingIssues(
    { ins: input.patient, statement, path: 'Patient' },
    { caller, requestId },
    services,
  );
  if (hasErrors(identity)) throw new IssueError([...all, ...identity]);
  return { patient, input, warnings: [...all, ...identity] };
}

const insIssues = (input: AdministrativeInput | undefined, { config }: Services): Issue[] =>
  input ? checkIns(input.patient, config.ENVIRONMENT).map((i) => ({ ...i, expression: 'Patient.identifier' })) : [];
