/**
 * Authors: an XDS author (person, institutions, roles, specialties) ↔ contained resources with the profiles of the
 * annuaire (spec fhir C.4) and a reference to them. Every form: professional with a national or an internal id,
 * institution alone, device, patient.
 */
import type {
  Device,
  HumanName,
  Identifier,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Reference,
} from '@medplum/fhirtypes';
import { extAuthorSpecialty, frCoreIdentifierTypes, rpps } from './canonicals.ts';
import { conceptString } from './codecs/coded.ts';
import { identifier, oidPerson, oidStructure, type AssignedId } from './codecs/identifiers.ts';
import { humanName, xcn, xon, xtn, type Xcn } from './codecs/people.ts';
import { isPatientOid } from './ins.ts';
import type { XdsAuthor } from './xds.ts';
import type { Draft, Found, Mapped, Source } from './rows.ts';
import { slotExtensions } from './slots.ts';

type Contained<T> = T & { id: string };
const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);
const some = <K extends string, T>(key: K, values: T[]): { [k in K]?: T[] } =>
  (values.length === 0 ? {} : { [key]: values }) as { [k in K]?: T[] };

function identifiersOf({ id, authority, type }: Partial<AssignedId>): Identifier[] {
  if (id === undefined) return [];
  const own = identifier.decode({ id, authority: authority ?? {}, ...(type === undefined ? {} : { type }) });
  // PS_IdNat `8…` is the RPPS number with a prefix (dmp-wire §3.3): both slices of as-practitioner are given.
  const isRpps = authority?.oid === oidPerson && type === 'IDNPS' && /^8\d{11}$/.test(id);
  const coding = [{ system: frCoreIdentifierTypes, code: 'RPPS' }];
  return present([own, isRpps ? { type: { coding }, system: rpps, value: id.slice(1) } : undefined]);
}

const names = (person: Xcn): { name?: HumanName[] } => some('name', present([humanName.decode(person)]));

/** XCN → as-practitioner. */
export function practitionerOf(person: Xcn, id: string): Contained<Practitioner> {
  return { resourceType: 'Practitioner', id, ...some('identifier', identifiersOf(person)), ...names(person) };
}

/** XON → as-organization. */
export function organizationOf(wire: string, id: string): Contained<Organization> | undefined {
  const value = xon.decode(wire);
  if (value === undefined) return undefined;
  const identifiers = identifiersOf(value).map((i) =>
    i.system === `urn:oid:${oidStructure}` ? { use: 'official' as const, ...i } : i,
  );
  return {
    resourceType: 'Organization',
    id,
    ...some('identifier', identifiers),
    ...(value.name === undefined ? {} : { name: value.name }),
  };
}

function kindOf(person: Xcn | undefined): 'professional' | 'device' | 'patient' {
  if (person?.type === 'NH' || isPatientOid(person?.authority?.oid)) return 'patient';
  return person?.type === 'RI' || person?.nameType === 'U' ? 'device' : 'professional';
}

/**
 * Writes an author as contained resources.
 * @param id of the resource that the reference names; its parts get ids that begin with it
 */
export function authorToFhir<R extends Mapped>(
  author: XdsAuthor,
  id: string,
  draft: Draft<R>,
): Reference<Patient | Device | PractitionerRole> {
  const person = author.person === undefined ? undefined : xcn.decode(author.person);
  const structure =
    author.institutions[0] === undefined ? undefined : organizationOf(author.institutions[0], `${id}-organization`);
  const organization = structure === undefined ? undefined : draft.contain(structure);
  const specialties = present(author.specialties.map((s) => conceptString.decode(s)));
  const telecoms = present(author.telecommunications.map((t) => xtn.decode(t)));
  const kind = kindOf(person);
  let reference: Reference<Patient | Device | PractitionerRole>;
  if (kind === 'patient' && person) {
    const patient: Contained<Patient> = {
      resourceType: 'Patient',
      id,
      ...some('identifier', identifiersOf(person)),
      ...names(person),
      ...some('telecom', telecoms),
      ...(organization === undefined ? {} : { managingOrganization: organization }),
    };
    reference = draft.contain(patient);
    // A patient has no element for "Expression personnelle du patient".
    const extensions = specialties.map((s) => ({ url: extAuthorSpecialty, valueCodeableConcept: s }));
    if (extensions.length > 0) reference.extension = extensions;
  } else if (kind === 'device' && person) {
    const device: Contained<Device> = {
      resourceType: 'Device',
      id,
      ...some('identifier', identifiersOf(person)),
      ...some(
        'deviceName',
        present([
          person.family === undefined ? undefined : { name: person.family, type: 'user-friendly-name' as const },
          person.given === undefined ? undefined : { name: person.given, type: 'model-name' as const },
        ]),
      ),
      ...(specialties[0] === undefined ? {} : { type: specialties[0] }),
      ...(organization === undefined ? {} : { owner: organization }),
      ...some('contact', telecoms),
    };
    reference = draft.contain(device);
  } else {
    const practitioner = person && draft.contain(practitionerOf(person, `${id}-practitioner`));
    const role: Contained<PractitionerRole> = {
      resourceType: 'PractitionerRole',
      id,
      ...(practitioner === undefined ? {} : { practitioner }),
      ...(organization === undefined ? {} : { organization }),
      ...some('code', present(author.roles.map((r) => conceptString.decode(r)))),
      ...some('specialty', specialties),
      ...some('telecom', telecoms),
    };
    reference = draft.contain(role);
  }
  const slots = slotExtensions.decode(author.slots);
  if (slots.length > 0) reference.extension = [...(reference.extension ?? []), ...slots];
  return reference;
}

/** The identifier that XDS takes: the national one when there is one. */
function chosen(identifiers: readonly Identifier[] | undefined, oid?: string): AssignedId | undefined {
  const all = identifiers ?? [];
  const national = all.find((i) => i.system === `urn:oid:${oid}`);
  return present([national, ...all].map((i) => (i === undefined ? undefined : identifier.encode(i))))[0];
}

interface PersonRules {
  oid?: string;
  /** XCN.10 */
  nameType: string;
  /** XCN.13, whatever the identifier says. */
  type?: string;
  /** XCN.13, when the identifier does not say. */
  defaultType?: string;
}

function personFrom<R extends Mapped>(
  source: Source<R>,
  path: string,
  identifiers: Identifier[] | undefined,
  name: ReturnType<typeof humanName.encode>,
  rules: PersonRules,
): string | undefined {
  const id = chosen(identifiers, rules.oid);
  const missing = (element: string): void =>
    source.issue({ key: 'required', expression: path, values: { element, rule: 'CI-SIS XCN' } });
  if (id === undefined) missing('identifier');
  if (name?.family === undefined) missing('name.family');
  if (id === undefined || name?.family === undefined) return undefined;
  const type = rules.type ?? id.type ?? rules.defaultType;
  return xcn.encode({ ...id, ...name, nameType: rules.nameType, ...(type === undefined ? {} : { type }) });
}

/** as-practitioner → XCN. Tells what CI-SIS wants and the resource lacks. */
export function practitionerToXcn<R extends Mapped>(found: Found, source: Source<R>): string | undefined {
  const p = found.resource as Practitioner;
  const name = p.name?.find((n) => n.use === 'usual') ?? p.name?.[0];
  const rules = { oid: oidPerson, nameType: 'D' };
  return personFrom(source, found.path, p.identifier, name && humanName.encode(name), rules);
}

/** as-organization → XON. */
export function organizationToXon<R extends Mapped>(found: Found, source: Source<R>): string | undefined {
  const o = found.resource as Organization;
  const id = chosen(o.identifier, oidStructure);
  if (id === undefined && o.name === undefined) {
    source.issue({ key: 'required', expression: found.path, values: { element: 'identifier', rule: 'CI-SIS XON' } });
    return undefined;
  }
  return xon.encode({ ...id, ...(o.name === undefined ? {} : { name: o.name }) });
}

function institutions<R extends Mapped>(reference: Reference | undefined, path: string, source: Source<R>): string[] {
  const found = reference && source.resolve(reference, path);
  return found === undefined ? [] : present([organizationToXon(found, source)]);
}

/** Reads the author that a reference leads to; problems go to the source. */
export function authorFromFhir<R extends Mapped>(
  reference: Reference,
  expression: string,
  source: Source<R>,
): XdsAuthor | undefined {
  const found = source.resolve(reference, expression);
  if (found === undefined) return undefined;
  const slots = slotExtensions.encode(reference.extension);
  const author: XdsAuthor = { institutions: [], roles: [], specialties: [], telecommunications: [], slots };
  const setPerson = (person: string | undefined): void => {
    if (person !== undefined) author.person = person;
  };
  const { resource, path } = found;
  switch (resource.resourceType) {
    case 'Practitioner':
      setPerson(practitionerToXcn(found, source));
      break;
    case 'Organization':
      author.institutions = present([organizationToXon(found, source)]);
      break;
    case 'PractitionerRole': {
      const person = resource.practitioner && source.resolve(resource.practitioner, `${path}.practitioner`);
      if (person?.resource.resourceType === 'Practitioner') setPerson(practitionerToXcn(person, source));
      author.institutions = institutions(resource.organization, `${path}.organization`, source);
      author.roles = present((resource.code ?? []).map((c) => conceptString.encode(c)));
      author.specialties = present((resource.specialty ?? []).map((s) => conceptString.encode(s)));
      author.telecommunications = present((resource.telecom ?? []).map((t) => xtn.encode(t)));
      if (!resource.practitioner && !resource.organization) {
        const values = { element: 'practitioner', rule: 'PDSm as-practitionerrole' };
        source.issue({ key: 'required', expression: path, values });
      }
      break;
    }
    case 'Device': {
      const named = (type: string): string | undefined => resource.deviceName?.find((n) => n.type === type)?.name;
      const [friendly, model] = [named('user-friendly-name'), named('model-name')];
      const family = friendly ?? model ?? resource.deviceName?.[0]?.name ?? resource.manufacturer;
      const given = (friendly === undefined ? undefined : model) ?? resource.version?.[0]?.value;
      const name = { ...(family === undefined ? {} : { family }), ...(given === undefined ? {} : { given }) };
      setPerson(personFrom(source, path, resource.identifier, name, { nameType: 'U', type: 'RI' }));
      author.institutions = institutions(resource.owner, `${path}.owner`, source);
      author.specialties = present([resource.type && conceptString.encode(resource.type)]);
      author.telecommunications = present((resource.contact ?? []).map((t) => xtn.encode(t)));
      break;
    }
    case 'Patient': {
      const name = resource.name?.find((n) => n.use === 'official') ?? resource.name?.[0];
      const ins = resource.identifier?.find((i) => isPatientOid(i.system?.replace('urn:oid:', '')));
      const identifiers = ins === undefined ? resource.identifier : [ins];
      setPerson(
        personFrom(source, path, identifiers, name && humanName.encode(name), { nameType: 'D', defaultType: 'NH' }),
      );
      author.institutions = institutions(resource.managingOrganization, `${path}.managingOrganization`, source);
      author.specialties = present(
        (reference.extension ?? []).map((e) =>
          e.url === extAuthorSpecialty && e.valueCodeableConcept
            ? conceptString.encode(e.valueCodeableConcept)
            : undefined,
        ),
      );
      author.telecommunications = present((resource.telecom ?? []).map((t) => xtn.encode(t)));
      break;
    }
    default:
      source.issue({
        key: 'value-invalid',
        expression,
        values: { element: 'author', detail: `${resource.resourceType} cannot be an author in XDS` },
      });
      return undefined;
  }
  return author;
}
