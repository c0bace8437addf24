/** Our operations on Patient: canonical URLs of their OperationDefinitions, which stand in `profiles/patient-*.json`. */
import { ours } from './canonicals.ts';

const of = (name: string): string => `${ours}/OperationDefinition/Patient-${name}`;

export const patientOperations = {
  'authorized-records': of('authorized-records'),
  'administrative-data': of('administrative-data'),
  'web-access': of('web-access'),
  reactivate: of('reactivate'),
  close: of('close'),
  'internet-account': of('internet-account'),
} as const;
