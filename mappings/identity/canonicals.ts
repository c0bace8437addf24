/** Canonical URLs of what this API defines for identities, and of IHE's operations that it serves. */
import { ours } from '../canonicals.ts';

/** How the traits of a fed identity compare with the DMP's (our definition). */
export const extComparison = `${ours}/StructureDefinition/identity-comparison`;
/** What happened to a fed identity (our definition). */
export const opIdentityHistory = `${ours}/OperationDefinition/Patient-identity-history`;
/** Correcting what was fed to the wrong record (our definition). */
export const opCorrectRecord = `${ours}/OperationDefinition/Patient-correct-record`;

export const opPix = 'https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix';
export const opMatch = 'https://profiles.ihe.net/ITI/PDQm/OperationDefinition/PDQmMatch';
export const pixmPatient = 'https://profiles.ihe.net/ITI/PIXm/StructureDefinition/IHE.PIXm.Patient';
