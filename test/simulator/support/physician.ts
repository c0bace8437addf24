/** A general practitioner of the story, by their own certificate. */
import type { Vihf } from '../../../simulator/vihf/types.ts';

/** @param patient INS (NIR of test) of the record that the VIHF is for */
export const physician = (nameId: string, structure: string, patient = '236046999012376'): Vihf => ({
  mode: 'DIRECTE',
  purpose: 'normal',
  nameId,
  structure,
  sector: { code: 'SA07', codeSystem: '1.2.250.1.71.4.2.4' },
  roles: [
    { code: '10', codeSystem: '1.2.250.1.71.1.2.7' },
    { code: 'SM26', codeSystem: '1.2.250.1.71.4.2.5' },
  ],
  version: '3.0',
  patient: { value: patient, oid: '1.2.250.1.213.1.4.10' },
  secret: false,
  lps: { name: 'test', version: '1', homologation: 'x' },
  id: '_1',
  issueInstant: new Date(),
  authnInstant: new Date(),
  authnContextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI',
  issuer: 'CN=x',
});
