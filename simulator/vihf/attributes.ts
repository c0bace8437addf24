/**
 * The attributes of a VIHF (dmp-wire §2.2, §2.3): one row per attribute. A name that is not in the table is refused, so
 * that a misspelt optional attribute cannot pass unseen.
 */
import { attr, children, findAll, nameOf, ns, pureText, type XmlElement } from '../dom.ts';
import { vihfFault } from './rules.ts';
import type { Role } from './types.ts';

interface Row {
  /** Attribute/@Name; Authentification_Mode is compared without case. */
  name: string;
  required: boolean;
  /** What a text value must look like; absent: an element, read by its own function. */
  pattern?: RegExp;
}

const someText = /\S/s;

export const attributeRows = {
  structure: { name: 'Identifiant_Structure', required: true, pattern: /^[0-9A-Z][0-9A-Z/-]*$/ },
  sector: { name: 'Secteur_Activite', required: true, pattern: /^SA\d{2}\^1\.2\.250\.1\.71\.4\.2\.4$/ },
  subjectName: { name: 'urn:oasis:names:tc:xspa:1.0:subject:subject-id', required: false, pattern: someText },
  roles: { name: 'urn:oasis:names:tc:xacml:2.0:subject:role', required: true },
  version: { name: 'VIHF_Version', required: true, pattern: someText },
  mode: { name: 'Authentification_Mode', required: false, pattern: someText },
  patient: { name: 'urn:oasis:names:tc:xacml:2.0:resource:resource-id', required: false, pattern: someText },
  resource: { name: 'Ressource_URN', required: true, pattern: someText },
  purpose: { name: 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse', required: true },
  reason: { name: 'Mode_Acces_Raison', required: false, pattern: someText },
  confidentiality: {
    name: 'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code',
    required: false,
    pattern: /^INVISIBLE_REPRESENTANTS_LEGAUX\^1\.2\.250\.1\.213\.1\.1\.4\.13$/,
  },
  lpsId: { name: 'LPS_ID', required: false, pattern: someText },
  lpsName: { name: 'LPS_Nom', required: true, pattern: someText },
  lpsVersion: { name: 'LPS_Version', required: true, pattern: someText },
  lpsHomologation: { name: 'LPS_ID_HOMOLOGATION_DMP', required: true, pattern: someText },
} as const satisfies Record<string, Row>;

type Rows = typeof attributeRows;
type Key = keyof Rows;
/** Rows whose value is a text that must be there. */
type RequiredText = { [K in Key]: Rows[K] extends { required: true; pattern: RegExp } ? K : never }[Key];

export interface Attributes {
  text: Record<RequiredText, string> & Partial<Record<Key, string>>;
  roles: Role[];
  purpose: Role;
}

const rows = Object.entries(attributeRows) as [Key, Row][];

const keyOf = (name: string | undefined): Key | undefined =>
  rows.find(
    ([key, row]) => row.name === name || (key === 'mode' && row.name.toLowerCase() === name?.toLowerCase()),
  )?.[0];

/** Reads an AttributeStatement. @throws SoapFault: unknown, repeated, missing or malformed attribute */
export function readAttributes(statement: XmlElement): Attributes {
  const values = new Map<Key, XmlElement[]>();
  for (const attribute of children(statement)) {
    const name = attr(attribute, 'Name');
    const key = nameOf(attribute) === `{${ns.saml2}}Attribute` ? keyOf(name) : undefined;
    if (key === undefined) throw vihfFault('ATTRIBUTE_UNKNOWN', name);
    if (values.has(key)) throw vihfFault('ATTRIBUTE_REPEATED', attributeRows[key].name);
    values.set(key, findAll(attribute, 'saml2:AttributeValue'));
  }
  const text: Partial<Record<Key, string>> = {};
  let roles: Role[] = [];
  let purpose: Role | undefined;
  for (const [key, row] of rows) {
    const found = values.get(key);
    const [value, ...others] = found ?? [];
    if (value === undefined) {
      if (row.required || found !== undefined) throw vihfFault('ATTRIBUTE_MISSING', row.name);
      continue;
    }
    if (key === 'roles') roles = [value, ...others].map((each) => readCoded(each, 'Role', row.name));
    else if (others.length > 0) throw vihfFault('ATTRIBUTE_REPEATED', row.name);
    else if (row.pattern === undefined) purpose = readCoded(value, 'PurposeOfUse', row.name);
    else text[key] = readText(value, row.name, row.pattern);
  }
  if (purpose === undefined) throw vihfFault('ATTRIBUTE_MISSING', attributeRows.purpose.name);
  // every required row was found, or the loop has thrown
  return { text: text as Attributes['text'], roles, purpose };
}

function readText(value: XmlElement, name: string, pattern: RegExp): string {
  const text = pureText(value);
  if (text === undefined) throw vihfFault('ATTRIBUTE_VALUE', name);
  if (text.trim() === '') throw vihfFault('ATTRIBUTE_MISSING', name);
  if (!pattern.test(text)) throw vihfFault('ATTRIBUTE_VALUE', name);
  return text;
}

/** A `Role` or `PurposeOfUse` element of HL7 V3, type CE. */
function readCoded(value: XmlElement, local: string, place: string): Role {
  const [element, ...more] = children(value);
  const code = attr(element, 'code');
  const codeSystem = attr(element, 'codeSystem');
  if (element === undefined || more.length > 0 || nameOf(element) !== `{${ns.hl7}}${local}`)
    throw vihfFault('ATTRIBUTE_VALUE', place);
  if (code === undefined || code === '' || codeSystem === undefined || codeSystem === '')
    throw vihfFault(local === 'Role' ? 'ROLE_FORM' : 'PURPOSE', place);
  const displayName = attr(element, 'displayName');
  return { code, codeSystem, ...(displayName === undefined ? {} : { displayName }) };
}
