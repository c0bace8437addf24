/**
 * The DMP's service « habilitations »: TD0.3 `setAuthorization` and TD1.6 `listAuthorizationByPatient`. The patient is not in
 * these messages: the VIHF names them. Source: dmp-wire §7.
 */
import { oidPerson, oidStructure } from './codecs/identifiers.ts';
import { defined } from './defined.ts';
import { outputOf, rowsIn, textIn, textsIn, type DmpStatus } from './dmp-output.ts';
import { el, type Element } from './xml/build.ts';
import type { XmlNode } from './xml/tree.ts';

export const habilitationsNs = 'urn:si-dmp-habilitations';

/** AJOUT authorises, SUPPRESSION removes the access; with the role: becomes or stops being « médecin traitant DMP ». */
export interface AuthorizationChange {
  action: 'AJOUT' | 'SUPPRESSION';
  role?: 'MEDECIN_TRAITANT';
}

/** Which authorisations are listed. */
export type AuthorizationFilter = 'ACTIVE' | 'INTERDITE' | 'TOUTE';

/** A professional or a structure that may enter the DMP, or that the patient has blocked. */
export interface AuthorizationRow {
  /** PS_IdNat or Struct_IdNat */
  holder: { id: string; kind: 'professional' | 'structure' };
  /** of a structure: its name */
  family?: string;
  given?: string;
  /** TRE_A02, e.g. `G15_10/SM26` */
  specialties: { code: string; display?: string }[];
  /** yyyyMMddHHmmss, UTC */
  start?: string;
  /** yyyyMMddHHmmss, UTC */
  lastAction?: string;
  mode: 'ACTIVE' | 'INTERDITE';
  treatingPhysician: boolean;
}

export const writeSetAuthorization = ({ action, role }: AuthorizationChange): Element =>
  el('setAuthorization', { xmlns: habilitationsNs }, [el('action', {}, [action]), role && el('role', {}, [role])]);

export const writeListAuthorization = (mode: AuthorizationFilter): Element =>
  el('listAuthorizationByPatient', { xmlns: habilitationsNs }, [el('mode', {}, [mode])]);

/** @throws RangeError when the element says no status */
export const readSetAuthorization = (node: XmlNode): DmpStatus => outputOf(node).status;

/** @throws RangeError when the element says no status, or a row does not say who holds it or whether it is active */
export function readListAuthorization(node: XmlNode): { status: DmpStatus; rows: AuthorizationRow[] } {
  const { status, output } = outputOf(node);
  return { status, rows: rowsIn(output, 'listOfAuthorizationByPatient').map(readRow) };
}

const kinds: Readonly<Record<string, AuthorizationRow['holder']['kind']>> = {
  [oidPerson]: 'professional',
  [oidStructure]: 'structure',
};

/** Who may enter is never guessed: a row that cannot be understood makes the answer unreadable. */
function readRow(row: XmlNode): AuthorizationRow {
  const id = textIn(row, 'nationalId');
  const kind = kinds[textIn(row, 'nationalIdType') ?? ''];
  const mode = textIn(row, 'mode');
  if (id === undefined || kind === undefined) throw new RangeError('an authorisation without its holder');
  if (mode !== 'ACTIVE' && mode !== 'INTERDITE') throw new RangeError('an authorisation neither active nor forbidden');
  const labels = textsIn(row, 'libSpeciality');
  const codes = textsIn(row, 'codeSpeciality');
  return defined<AuthorizationRow>({
    holder: { id, kind },
    family: textIn(row, 'lastName'),
    given: textIn(row, 'firstName'),
    // Labels go with codes by their place, which only says something when there are as many.
    specialties: codes.map((code, i) =>
      defined({ code, display: labels.length === codes.length ? labels[i] : undefined }),
    ),
    start: textIn(row, 'startOfAuthorization'),
    lastAction: textIn(row, 'lastActionDate'),
    mode,
    treatingPhysician: textsIn(row, 'specificRight').includes('MEDECIN_TRAITANT'),
  });
}
