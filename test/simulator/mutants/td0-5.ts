/** TD0.5 mutants; each is applied to the golden request that has every parameter. */
import { drop, swap, twice } from '../support/edit.ts';
import { queryMutants } from './td0-2.ts';
import { hl7, type Mutant, structure, transportMutants } from './transport.ts';

const birth = (value: string) => swap(/(<livingSubjectBirthTime>\s*<value value=")[^"]*/, `$1${value}`);
const parameters = [
  'livingSubjectAdministrativeGender',
  'livingSubjectBirthTime',
  'livingSubjectName',
  'patientAddress',
];

export const candidateMutants: Mutant[] = [
  ...transportMutants('PRPA_IN201305UV02', 'PRPA_IN201307UV02'),
  ...queryMutants,
  ...['code', 'queryByParameter', 'queryId', 'statusCode', 'parameterList', 'value', 'semanticsText'].map((name) =>
    structure(`${name} absent`, drop(name)),
  ),
  ...parameters.map((name) => structure(`${name} twice`, twice(name))),
  structure('attentionLine', swap('<controlActProcess', '<attentionLine xsi:nil="true"/><controlActProcess')),
  structure('parameters in another order', (xml) => {
    const address = /<patientAddress>.*<\/patientAddress>/s.exec(xml)![0];
    return xml.replace(address, '').replace('<parameterList>', () => `<parameterList>${address}`);
  }),
  structure(
    'parameter that the DMP is not known to take',
    swap(
      '</parameterList>',
      '<patientTelecom><value value="tel:+33639980001"/><semanticsText>Patient.telecom</semanticsText></patientTelecom></parameterList>',
    ),
  ),
  structure('prefix in the name', swap('<family>', '<prefix>Mme</prefix><family>')),
  structure('street in the address', swap('<postalCode>', '<streetAddressLine>1 rue</streetAddressLine><postalCode>')),
  hl7('other trigger', swap('code="PRPA_TE201305UV02"', 'code="PRPA_TE201306UV02"'), 'PDQ_TRIGGER'),
  hl7('sex unknown', swap('<value code="F"/>', '<value code="U"/>'), 'PDQ_GENDER'),
  hl7('birth date without value', swap(/<value value="19440229"/, '<value'), 'PDQ_BIRTH_TIME'),
  hl7('birth date with dashes', birth('1944-02-29'), 'PDQ_BIRTH_TIME'),
  hl7('birth date that the calendar lacks', birth('19430229'), 'PDQ_BIRTH_TIME'),
  hl7('birth month that the calendar lacks', birth('194413'), 'PDQ_BIRTH_TIME'),
  hl7('birth date with an hour', birth('1944022910'), 'PDQ_BIRTH_TIME'),
  hl7('empty family name', swap('<family>ZWARTBERG<', '<family> <'), 'PDQ_NAME'),
  hl7('two family names', twice('family'), 'PDQ_NAME'),
  hl7('name without parts', swap(/<family>.*<\/given>/s, ''), 'PDQ_NAME'),
  hl7('two postal codes', twice('postalCode'), 'PDQ_ADDRESS'),
  hl7('address without parts', drop('postalCode'), 'PDQ_ADDRESS'),
  hl7('postal code too short', swap('>38990<', '>38<'), 'PDQ_POSTAL_CODE'),
  ...['LivingSubject.administrativeGender', 'LivingSubject.birthTime', 'LivingSubject.name', 'Patient.addr'].map(
    (text) => hl7(`semantics other than ${text}`, swap(`>${text}<`, '>LivingSubject.id<'), 'PDQ_SEMANTICS'),
  ),
];
