/**
 * Who signs a deposit: the author data come from the authentication context (EX_2.1-1140, auth §1.3), the same person and
 * structure as in the VIHF, or the DMP refuses the set (dmp-wire §3.2).
 */
import type { DocumentReference, Practitioner, Reference } from '@medplum/fhirtypes';
import { xcn, xon } from '../../../mappings/codecs/people.ts';
import { identifier, oidPerson, oidStructure } from '../../../mappings/codecs/identifiers.ts';
import { components, compose, hl7Text } from '../../../mappings/codecs/hl7v2.ts';
import { professionSpecialty } from '../../../mappings/terminology/profession.ts';
import type { XdsAuthor } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';

/** TRE_G15 */
const professions = '1.2.250.1.71.1.2.7';

/** `PS_IdNat^NOM^PRENOM^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS` */
export function personOf(caller: Caller): string {
  // National (ADELI 0, RPPS 8), or internal to a structure: `3<FINESS>/<id>` (dmp-wire §3.3).
  const type = caller.personId.includes('/') ? 'EI' : 'IDNPS';
  const value = {
    id: caller.personId,
    family: caller.family,
    given: caller.given,
    authority: { oid: oidPerson },
    nameType: 'D',
    type,
  };
  return xcn.encode(value) ?? '';
}

/** `NAME^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^Struct_IdNat` */
export function institutionOf(caller: Caller): string {
  return (
    xon.encode({
      name: caller.structure.name,
      id: caller.structure.id,
      authority: { oid: oidStructure },
      type: 'IDNST',
    }) ?? ''
  );
}

type Role = Caller['roles'][number];

/** `G15_10/SM26^label^1.2.250.1.213.1.1.4.5` */
function specialtiesOf(roles: readonly Role[]): string[] {
  const said = professionSpecialty(roles);
  return said ? [compose({ 1: hl7Text.encode(said.code), 2: hl7Text.encode(said.display), 3: said.system })] : [];
}

/** The profession among an author's roles: PDSm's as-practitionerrole puts TRE_G15 into `code`. */
function professionIn(roles: readonly string[]): Role | undefined {
  for (const role of roles) {
    const part = components(role);
    if (part(3) === professions) return { code: part(1), display: hl7Text.decode(part(2)), system: professions };
  }
  return undefined;
}

/** The caller as an XDS author. */
export function authorOf(caller: Caller): XdsAuthor {
  return {
    person: personOf(caller),
    institutions: [institutionOf(caller)],
    roles: [],
    specialties: specialtiesOf(caller.roles),
    telecommunications: [],
    slots: {},
  };
}

/** Whether an XCN is the caller, by identifier. */
const isCallersXcn = (wire: string | undefined, caller: Caller): boolean =>
  wire !== undefined && xcn.decode(wire)?.id === caller.personId;

/** Whether an XCN has what the DMP wants of a person: identifier, name, first name; a device has its model (FI-617). */
export function isComplete(wire: string): boolean {
  const person = xcn.decode(wire);
  const named = person?.family !== undefined && (person.given !== undefined || person.nameType === 'U');
  return person?.id !== undefined && named;
}

/** Whether an author's person is the caller, by identifier. */
export function isCaller(author: XdsAuthor, caller: Caller): boolean {
  return isCallersXcn(author.person, caller);
}

/** Whether an author who is the caller writes for the caller's structure, or names none. */
export function isCallersStructure(author: XdsAuthor, caller: Caller): boolean {
  return author.institutions.every((i) => (xon.decode(i)?.id ?? caller.structure.id) === caller.structure.id);
}

/**
 * An author with what the DMP wants. The caller: identity of the token and, where nothing was given, institution and
 * specialty. Anybody else stays as written; a profession that is only a role is also said as a specialty.
 */
export function completeAuthor(author: XdsAuthor, caller: Caller): XdsAuthor {
  const own = authorOf(caller);
  const mine = isCaller(author, caller);
  const profession = professionIn(author.roles);
  const derived = mine ? own.specialties : profession ? specialtiesOf([profession]) : [];
  return {
    ...author,
    ...(mine ? { person: own.person } : {}),
    institutions: mine && author.institutions.length === 0 ? own.institutions : author.institutions,
    specialties: author.specialties.length > 0 ? author.specialties : derived,
  };
}

/**
 * The resource with the caller, where it is designated by a mere identifier, contained and named: the token knows the name.
 */
export function withCallerNamed(resource: DocumentReference, caller: Caller): DocumentReference {
  const id = 'caller-of-the-deposit';
  const isMine = (r: Reference | undefined): boolean =>
    r?.reference === undefined &&
    r?.identifier !== undefined &&
    identifier.encode(r.identifier)?.id === caller.personId;
  const named = <T extends Reference>(r: T): T => (isMine(r) ? { ...r, reference: `#${id}` } : r);
  const { author, authenticator } = resource;
  if (![...(author ?? []), authenticator].some(isMine)) return resource;
  const practitioner: Practitioner = {
    resourceType: 'Practitioner',
    id,
    identifier: [{ system: `urn:oid:${oidPerson}`, value: caller.personId }],
    name: [{ family: caller.family, given: [caller.given] }],
  };
  return {
    ...resource,
    contained: [...(resource.contained ?? []), practitioner],
    ...(author ? { author: author.map(named) } : {}),
    ...(authenticator ? { authenticator: named(authenticator) } : {}),
  };
}
