/**
 * `Patient/{id}/$internet-account` (TD1.5): cannot be sent, and says why. Its operations were removed from the DMP's WSDL in June
 * 2024 and no public source gives the content of their messages (dmp-wire §1.2): nothing is invented here, and no setting helps.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Handler } from '../interaction.ts';
import { patientOfId } from './known.ts';

const transaction = 'TD1.5';

export const internetAccount: Handler = async (call, services) => {
  await patientOfId(call, services);
  throw new IssueError({ key: 'transaction-unpublished', values: { transaction } });
};
