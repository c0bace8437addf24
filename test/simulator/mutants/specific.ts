/**
 * Mutants of the golden TD0.3, TD0.4 and TD1.6 requests: one thing of the body altered, and the rule that must refuse it.
 * The VIHF is signed and stays as it is.
 */
import { drop, element, inBody, swap, twice, type Edit } from '../support/edit.ts';
import type { Mutant } from './td0-2.ts';

export interface SpecificMutants {
  /** Golden request that they change. */
  file: string;
  service: string;
  mutants: Mutant[];
}

const body = (name: string, change: Edit, rule: string, subcode = 'DMPInvalidData'): Mutant => ({
  name,
  change: inBody(change),
  rule,
  subcode,
});

/** The text of an element replaced. */
const value = (name: string, text: string): Edit => swap(new RegExp(`(<${name}>)[^<]*`), `$1${text}`);
/** Put right after the operation's start tag. */
const insert = (operation: string, xml: string): Edit => swap(new RegExp(`(<${operation} [^>]*>)`), `$1${xml}`);

/** What no body may hold, whatever its operation; `name` is one of its elements. */
const form = (operation: string, name: string): Mutant[] => [
  body('element of another namespace', swap(`<${name}>`, `<${name} xmlns="urn:x">`), 'BODY_ELEMENT'),
  body('unknown element', insert(operation, '<autre/>'), 'BODY_ELEMENT'),
  body('element twice', twice(name), 'BODY_ELEMENT'),
  body('attribute on the operation', swap(`<${operation} `, `<${operation} version="1" `), 'BODY_ATTRIBUTE'),
  body('attribute on an element', swap(`<${name}>`, `<${name} x="1">`), 'BODY_ATTRIBUTE'),
  body(
    'nil element',
    swap(`<${name}>`, `<${name} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">`),
    'BODY_ATTRIBUTE',
  ),
  body('text beside the elements', insert(operation, 'AJOUT'), 'BODY_TEXT'),
  body('comment beside the elements', insert(operation, '<!-- x -->'), 'BODY_TEXT'),
  body('instruction beside the elements', insert(operation, '<?x y?>'), 'BODY_TEXT'),
  body('comment in a value', swap(`<${name}>`, `<${name}><!-- x -->`), 'BODY_TEXT'),
  body('element in a value', swap(`</${name}>`, `<x/></${name}>`), 'BODY_TEXT'),
  body('operation of another namespace', swap('xmlns="urn:si-dmp-', 'xmlns="urn:si-dmp-x-'), 'NOT_SUPPORTED', 'ActionNotSupported'),
]; // prettier-ignore

const reversed =
  (one: string, other: string): Edit =>
  (xml) => {
    const [a, b] = [element(one).exec(xml)![0], element(other).exec(xml)![0]];
    return xml.replace(a, '').replace(b, () => b + a);
  };

export const specificMutants: SpecificMutants[] = [
  {
    file: 'td0-3/02-request-add-medecin-traitant.xml',
    service: 'habilitations',
    mutants: [
      ...form('setAuthorization', 'role'),
      body('action absent', drop('action'), 'AUTHORIZATION_ACTION'),
      body('nothing said', (xml) => drop('role')(drop('action')(xml)), 'AUTHORIZATION_ACTION'),
      body('action empty', value('action', ''), 'AUTHORIZATION_ACTION'),
      body('action unknown', value('action', 'INTERDICTION'), 'AUTHORIZATION_ACTION'),
      body('action in small letters', value('action', 'ajout'), 'AUTHORIZATION_ACTION'),
      body('action with spaces', value('action', ' AJOUT '), 'AUTHORIZATION_ACTION'),
      body('role unknown', value('role', 'PHARMACIEN'), 'AUTHORIZATION_ROLE'),
      body('role empty', value('role', ''), 'AUTHORIZATION_ROLE'),
      body('role before action', reversed('action', 'role'), 'BODY_ELEMENT'),
      body('another operation of the service', (xml) => xml.replaceAll('setAuthorization ', 'listAuthorizationByPatient ').replaceAll('/setAuthorization', '/listAuthorizationByPatient'), 'ACTION_MISMATCH', 'ActionMismatch'),
    ], // prettier-ignore
  },
  {
    file: 'td1-6/01-request.xml',
    service: 'habilitations',
    mutants: [
      ...form('listAuthorizationByPatient', 'mode'),
      body('mode unknown', value('mode', 'EXPIREE'), 'LIST_MODE'),
      body('mode empty', value('mode', ''), 'LIST_MODE'),
    ],
  },
  {
    file: 'td0-4/02-request-lastautorization.xml',
    service: 'patientsSpecific',
    mutants: [
      ...form('patientList', 'dateType'),
      body('startDate without seconds', value('startDate', '202610192200'), 'LIST_START_DATE'),
      body('startDate that does not exist', value('startDate', '20261319220000'), 'LIST_START_DATE'),
      body('startDate that is no date', value('startDate', 'hier'), 'LIST_START_DATE'),
      body('dateType unknown', value('dateType', 'LASTAUTHORIZATION'), 'LIST_DATE_TYPE'),
      body('dateType absent', drop('dateType'), 'LIST_DATE_TYPE'),
      body('psOwnerId that is no identifier', value('psOwnerId', 'LE BIHAN'), 'LIST_OWNER'),
      body('psOwnerId before dateType', reversed('dateType', 'psOwnerId'), 'BODY_ELEMENT'),
      // a structure's certificate: new authorisations only (FI-526 note 3)
      body('by last document', value('dateType', 'LASTDOC'), 'LIST_NEW_ONLY', 'DMPAccessDenied'),
      body('since ever', drop('startDate'), 'LIST_NEW_ONLY', 'DMPAccessDenied'),
      body(
        'a professional of elsewhere',
        value('psOwnerId', '899700566047'),
        'LIST_OWNER_STRUCTURE',
        'DMPAccessDenied',
      ),
      body('nobody known', value('psOwnerId', '899700000000'), 'LIST_OWNER_STRUCTURE', 'DMPAccessDenied'),
    ],
  },
];
