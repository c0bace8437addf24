/** Data types and small structures of a 201311 or 201314, as predicates of an element that its grammar has let through. */
import { attr, attrNs, children, ns, pureText, type XmlElement } from '../dom.ts';
import { isDtm } from '../xds/composites.ts';
import { are, is, isSaid } from './reading.ts';
import { closureSystem, observationSystem, relationshipSystem } from './transport.ts';

export const structureRoot = '1.2.250.1.71.4.2.2';
export const professionalRoot = '1.2.250.1.71.4.2.1';

/** The text of an element, trimmed. */
export const said = (element: XmlElement | undefined): string | undefined =>
  element === undefined ? undefined : pureText(element)?.trim();

/** Children of a local name. */
export const named = (element: XmlElement, name: string): XmlElement[] =>
  children(element).filter((child) => child.name === name);

/** One child of a local name, and it is `ok`. */
const has = (element: XmlElement, name: string, ok: (child: XmlElement) => boolean = isSaid): boolean => {
  const [child, ...others] = named(element, name);
  return child !== undefined && others.length === 0 && ok(child);
};

const neverTwice = (element: XmlElement, ...names: string[]): boolean =>
  names.every((name) => named(element, name).length <= 1);
const instance = (classCode: string) => are({ classCode, determinerCode: 'INSTANCE' });
const event = (classCode: string) => are({ classCode, moodCode: 'EVN' });

export const isDay = (text: string | undefined): boolean => text?.length === 8 && isDtm(text);

/** Given names, and at most one civility. */
const isNamed = (name: XmlElement): boolean =>
  children(name).every(isSaid) && neverTwice(name, 'prefix') && named(name, 'given').length > 0;

/** One usage name (SP) or birth name (BR), or one of each. */
export function isPatientName(name: XmlElement): boolean {
  const qualifiers = named(name, 'family').map((family) => attr(family, 'qualifier') ?? '');
  const known = qualifiers.every((qualifier) => /^(SP|BR)$/.test(qualifier));
  return isNamed(name) && qualifiers.length > 0 && known && new Set(qualifiers).size === qualifiers.length;
}

const isPlainName = (name: XmlElement): boolean => isNamed(name) && has(name, 'family');
export const isPerson = (person: XmlElement): boolean => instance('PSN')(person) && has(person, 'name', isPlainName);

export const hasPrefix = (name: XmlElement): boolean => has(name, 'prefix');

export const isAddress = (addr: XmlElement): boolean =>
  children(addr).every(isSaid) && has(addr, 'city') && neverTwice(addr, 'additionalLocator', 'postalCode', 'country');

const telecomUse = /^(H|HP|HV|WP|DIR|PUB|TMP|EC|MC|PG)$/;

export const isTelecom = (telecom: XmlElement): boolean =>
  is('value', /^(tel:\+?[0-9().-]+|mailto:[^@\s]+@[^@\s]+)$/)(telecom) &&
  (attr(telecom, 'use') === undefined || is('use', telecomUse)(telecom));

/** Codes of the personal relationships (dmp-wire §6, secondary source). */
const relationships = /^(FTH|MTH|STPFTH|STPMTH|GRFTH|GRMTH|GGRFTH|GGRMTH|AUNT|UNCLE|BRO|SIS|RESPRSN)$/;

export const isRelationship = (relationship: XmlElement): boolean =>
  is('classCode', 'PRS')(relationship) &&
  has(relationship, 'code', are({ code: relationships, codeSystem: relationshipSystem }));

export const isOrganization = (organization: XmlElement): boolean =>
  instance('ORG')(organization) &&
  has(organization, 'id', are({ root: structureRoot, extension: /\S/ })) &&
  has(organization, 'name') &&
  has(organization, 'contactParty', is('classCode', 'CON'));

const isBoolean = (value: XmlElement): boolean =>
  /^(\w+:)?BL$/.test(attrNs(value, ns.xsi, 'type') ?? '') && is('value', /^(true|false)$/)(value);

export const isObservation = (observation: XmlElement): boolean =>
  event('OBS')(observation) &&
  has(observation, 'code', are({ code: /\S/, codeSystem: observationSystem })) &&
  has(observation, 'value', isBoolean);

/** A consent is given, on a day; anything else is none. */
export const isConsent = (observation: XmlElement): boolean =>
  !has(observation, 'code', is('code', /^CONSENTEMENT_/)) ||
  (has(observation, 'value', is('value', 'true')) &&
    has(observation, 'effectiveTime', (time) => isDay(attr(time, 'value'))));

export const isAuthor = (author: XmlElement): boolean =>
  is('typeCode', 'AUT')(author) &&
  has(
    author,
    'assignedEntity',
    (assigned) =>
      is('classCode', 'ASSIGNED')(assigned) &&
      has(assigned, 'id', are({ root: professionalRoot, extension: /\S/ })) &&
      has(assigned, 'code', are({ code: /\S/, codeSystem: /^1\.2\.250\.1\.213\.1\.1\.4\.[56]$/ })) &&
      has(assigned, 'assignedPerson', isPerson),
  );

/** A motive of closure: `FERMETURE_…`, of which one value is known (dmp-wire §6). */
export const isReasonOf = (reasonOf: XmlElement): boolean =>
  is('typeCode', 'RSON')(reasonOf) &&
  has(
    reasonOf,
    'detectedIssueEvent',
    (issue) =>
      event('ALRT')(issue) &&
      has(issue, 'code', are({ code: /^FERMETURE_[A-Z_]+$/, codeSystem: closureSystem })) &&
      named(issue, 'text').every(isSaid),
  );
