/** HL7 v2 composites as the DMP writes them in XDS attributes (IHE ITI TF-3 §4.2.3.1; shared facts on the DMP §3.2). */
import { insOids, oid } from './vocabulary.ts';

/** `N`, `N&…` sub-components of an HD: `&OID&ISO`. */
function authorityOf(component: string | undefined): string | undefined {
  const [namespace = '', universal = '', type = ''] = (component ?? '').split('&');
  return namespace === '' && type === 'ISO' && universal !== '' ? universal : undefined;
}

export interface Cx {
  id: string;
  authority: string;
  type?: string;
}

/** CX: components 1 and 4 are mandatory, 5 names the kind of identifier. Undefined when it is no CX. */
export function readCx(text: string | undefined): Cx | undefined {
  const [id = '', check = '', scheme = '', authority, type] = (text ?? '').split('^');
  const universal = authorityOf(authority);
  if (id === '' || check !== '' || scheme !== '' || universal === undefined || !isOid(universal)) return undefined;
  return { id, authority: universal, ...(type === undefined || type === '' ? {} : { type }) };
}

/** CX of an INS: kind NH, authority one of the INS OIDs. */
export function readIns(text: string | undefined): Cx | undefined {
  const cx = readCx(text);
  return cx?.type === 'NH' && insOids.includes(cx.authority) ? cx : undefined;
}

export interface Xcn {
  id: string;
  family: string;
  given: string;
  authority: string;
  nameType: string;
  idType: string;
}

/** XCN: components 1, 2, 9, 10 and 13 are mandatory; a given name too (of a device: its version). */
export function readXcn(text: string | undefined): Xcn | undefined {
  const parts = (text ?? '').split('^');
  const [id = '', family = '', given = ''] = parts;
  const authority = authorityOf(parts[8]);
  const nameType = parts[9] ?? '';
  const idType = parts[12] ?? '';
  if ([id, family, given, nameType, idType].includes('') || authority === undefined) return undefined;
  return { id, family, given, authority, nameType, idType };
}

/** Kind of identifier by authority and name type: a professional, a system, a patient. */
export function isKnownPerson(xcn: Xcn): boolean {
  if (insOids.includes(xcn.authority)) return xcn.nameType === 'D' && xcn.idType === 'NH';
  if (xcn.nameType === 'U') return xcn.idType === 'RI';
  return xcn.authority === oid.professionals && xcn.nameType === 'D' && ['IDNPS', 'EI', 'RI'].includes(xcn.idType);
}

export interface Xon {
  name: string;
  id: string;
}

/** XON: components 1, 6, 7 and 10 are mandatory; the identifier is a Struct_IdNat. */
export function readXon(text: string | undefined): Xon | undefined {
  const parts = (text ?? '').split('^');
  const [name = ''] = parts;
  const id = parts[9] ?? '';
  if (name === '' || id === '' || authorityOf(parts[5]) !== oid.structures || parts[6] !== 'IDNST') return undefined;
  return { name, id };
}

/** `code^display^system` of an author's specialty. */
export function readCodedText(text: string): { code: string; display: string; system: string } | undefined {
  const [code = '', display = '', system = '', ...rest] = text.split('^');
  return code === '' || display === '' || system === '' || rest.length > 0 ? undefined : { code, display, system };
}

/** An OID without prefix, 64 characters at most. */
export const isOid = (text: string): boolean => text.length <= 64 && /^[0-2](\.(0|[1-9]\d*))+$/.test(text);

/** DTM in UTC with a precision from the year to the second, and a date that exists. */
export function isDtm(text: string): boolean {
  if (!/^\d{4}(\d\d){0,5}$/.test(text)) return false;
  const padded = text + '00000101000000'.slice(text.length);
  const date = fromDtm(padded);
  return !Number.isNaN(date.getTime()) && toDtm(date) === padded;
}

/** Instant of a DTM to the second; an invalid Date when it is none. */
export const fromDtm = (dtm: string): Date =>
  new Date(dtm.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z'));

/** DTM of an instant, to the second. */
export const toDtm = (date: Date): string => date.toISOString().slice(0, 19).replace(/[-T:]/g, '');
