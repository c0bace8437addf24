/**
 * TD0.4 `patientList`: the DMPs that the requester is authorised to enter, since a date, by last authorisation or by last
 * document. Source: dmp-wire §7.
 */
import { defined } from './defined.ts';
import { outputOf, rowsIn, textIn, type DmpStatus } from './dmp-output.ts';
import { boolean } from './hl7v3/patient-read.ts';
import { el, type Element } from './xml/build.ts';
import type { XmlNode } from './xml/tree.ts';

export const patientsNs = 'urn:si-dmp-patients';

export interface PatientListQuery {
  /** yyyyMMddHHmmss, UTC */
  since?: string;
  by?: 'LASTAUTORIZATION' | 'LASTDOC';
  /** PS_IdNat of the professional whose list it is */
  owner?: string;
}

/** One DMP of the list. Dates are yyyyMMddHHmmss, UTC. */
export interface PatientListRow {
  /** `system` is an OID: of an INS, or of the INS-C */
  identifiers: { system: string; value: string }[];
  /** family name in use, family name at birth, first name */
  names: { usage?: string; birth?: string; given?: string };
  civility?: string;
  /** yyyyMMdd */
  birthDate?: string;
  /** The requester is the patient's « médecin traitant DMP ». */
  treatingPhysician: boolean;
  /** The DMP has a message for the requester about this patient. */
  hasMessage: boolean;
  lastAccess?: string;
  lastUpdate?: string;
  lastAdd?: string;
}

export const writePatientList = ({ since, by, owner }: PatientListQuery): Element => {
  const given: Record<string, string | undefined> = { startDate: since, dateType: by, psOwnerId: owner };
  return el(
    'patientList',
    { xmlns: patientsNs },
    Object.entries(given).map(([name, text]) => (text === undefined ? undefined : el(name, {}, [text]))),
  );
};

/** @throws RangeError when the element says no status, or a row does not say whose DMP it is */
export function readPatientList(node: XmlNode): { status: DmpStatus; rows: PatientListRow[] } {
  const { status, output } = outputOf(node);
  return { status, rows: rowsIn(output, 'patientlistData').map(readRow) };
}

function readRow(row: XmlNode): PatientListRow {
  const identifiers = rowsIn(row, 'patientIdentifier').flatMap((id) => {
    const value = textIn(id, 'nationalId');
    const system = textIn(id, 'nationalIdType');
    return value === undefined || system === undefined ? [] : [{ system, value }];
  });
  if (identifiers.length === 0) throw new RangeError('a patient without identifier');
  return defined<PatientListRow>({
    identifiers,
    names: defined({
      usage: textIn(row, 'lastName'),
      birth: textIn(row, 'patronymicalName'),
      given: textIn(row, 'firstName'),
    }),
    civility: textIn(row, 'civility'),
    birthDate: textIn(row, 'dateOfBirth'),
    treatingPhysician: boolean(textIn(row, 'MT')) ?? false,
    hasMessage: boolean(textIn(row, 'message')) ?? false,
    lastAccess: textIn(row, 'lastAccessDate'),
    lastUpdate: textIn(row, 'lastUpdateDate'),
    lastAdd: textIn(row, 'lastAddDate'),
  });
}
