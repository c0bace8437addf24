/**
 * The participants of a CDA header, from their XDS forms (XCN, XON, coded strings): author, legal authenticator,
 * performer, and the orders that the document fulfils.
 *
 * Source: CI-SIS « Structuration minimale »; forms of the wire: dmp-wire §3.2.
 */
import { cx, oidPerson, oidStructure } from '../codecs/identifiers.ts';
import { components, hl7Text } from '../codecs/hl7v2.ts';
import { xcn, xon, xtn } from '../codecs/people.ts';
import { displayOf } from '../terminology/valuesets.ts';
import type { XdsAuthor, XdsCode } from '../xds.ts';
import { el, type Element } from '../xml/build.ts';
import type { CdaId } from './types.ts';

export const ii = (name: string, id: CdaId): Element => el(name, { root: id.root, extension: id.extension });
export const coded = (name: string, code: XdsCode): Element =>
  el(name, {
    code: code.code,
    codeSystem: code.scheme || undefined,
    displayName: code.display ?? displayOf(code.code, code.scheme),
  });
export const masked = [el('addr', { nullFlavor: 'NASK' }), el('telecom', { nullFlavor: 'NASK' })];

/** id of an actor from its XCN; an actor without one says so. */
function actorId(person: string | undefined): Element {
  const value = person === undefined ? undefined : xcn.decode(person);
  return value?.id === undefined
    ? el('id', { nullFlavor: 'NI' })
    : ii('id', { root: value.authority?.oid ?? oidPerson, extension: value.id });
}

function personName(person: string): Element {
  const value = xcn.decode(person);
  const part = (name: string, text: string | undefined): Element | undefined =>
    text === undefined ? undefined : el(name, {}, [text]);
  return el('name', {}, [
    part('prefix', value?.prefix),
    part('given', value?.given),
    part('given', value?.furtherGiven),
    part('family', value?.family),
    part('suffix', value?.suffix),
  ]);
}

function organization(name: string, institution: string | undefined, setting?: XdsCode): Element | undefined {
  if (institution === undefined && setting === undefined) return undefined;
  const value = institution === undefined ? undefined : xon.decode(institution);
  return el(name, {}, [
    value?.id === undefined ? undefined : ii('id', { root: value.authority?.oid ?? oidStructure, extension: value.id }),
    value?.name === undefined ? undefined : el('name', {}, [value.name]),
    setting && coded('standardIndustryClassCode', setting),
  ]);
}

/** `code^display^scheme` */
function specialtyOf(author: XdsAuthor): XdsCode | undefined {
  if (author.specialties[0] === undefined) return undefined;
  const part = components(author.specialties[0]);
  const display = hl7Text.decode(part(2));
  return part(1) === ''
    ? undefined
    : { code: hl7Text.decode(part(1)), scheme: hl7Text.decode(part(3)), ...(display === '' ? {} : { display }) };
}

function telecoms(author: XdsAuthor): Element[] {
  const found = author.telecommunications.flatMap((t) => {
    const point = xtn.decode(t);
    const scheme = ({ email: 'mailto:', phone: 'tel:', fax: 'fax:' } as Record<string, string>)[point?.system ?? ''];
    return scheme && point?.value ? [el('telecom', { value: scheme + point.value.replace(/\s/g, '') })] : [];
  });
  return found.length > 0 ? found : [el('telecom', { nullFlavor: 'NASK' })];
}

/** XCN.10 `U` or XCN.13 `RI` is a device (dmp-wire §3.2); an author without person is its institution. */
export function author(value: XdsAuthor, time: string): Element {
  const person = value.person === undefined ? undefined : xcn.decode(value.person);
  const specialty = specialtyOf(value);
  const role =
    value.roles[0] === undefined
      ? undefined
      : hl7Text.decode(components(value.roles[0])(2) || components(value.roles[0])(1));
  const device = person?.nameType === 'U' || person?.type === 'RI';
  return el('author', {}, [
    role === undefined ? undefined : el('functionCode', { nullFlavor: 'OTH' }, [el('originalText', {}, [role])]),
    el('time', { value: time }),
    el('assignedAuthor', {}, [
      actorId(value.person),
      specialty && coded('code', specialty),
      el('addr', { nullFlavor: 'NASK' }),
      ...telecoms(value),
      device
        ? el('assignedAuthoringDevice', {}, [
            el('manufacturerModelName', {}, [person.given ?? person.family ?? '']),
            el('softwareName', {}, [person.family ?? person.given ?? '']),
          ])
        : value.person === undefined
          ? undefined
          : el('assignedPerson', {}, [personName(value.person)]),
      organization('representedOrganization', value.institutions[0]),
    ]),
  ]);
}

export function legalAuthenticator(person: string, authors: readonly XdsAuthor[], time: string): Element {
  const same = authors.find((a) => a.person === person);
  const specialty = same && specialtyOf(same);
  return el('legalAuthenticator', {}, [
    el('time', { value: time }),
    el('signatureCode', { code: 'S' }),
    el('assignedEntity', {}, [
      actorId(person),
      specialty && coded('code', specialty),
      ...masked,
      el('assignedPerson', {}, [personName(person)]),
      organization('representedOrganization', same?.institutions[0]),
    ]),
  ]);
}

/** Who did the act: the first author who is a person, in the setting of the document. */
export function performer(authors: readonly XdsAuthor[], setting: XdsCode): Element {
  const who = authors.find((a) => a.person !== undefined && xcn.decode(a.person)?.nameType !== 'U') ?? authors[0];
  return el('performer', { typeCode: 'PRF' }, [
    el('assignedEntity', {}, [
      actorId(who?.person),
      who?.person === undefined || xcn.decode(who.person)?.nameType === 'U'
        ? undefined
        : el('assignedPerson', {}, [personName(who.person)]),
      organization('representedOrganization', who?.institutions[0], setting),
    ]),
  ]);
}

/** CXi of type order → inFulfillmentOf/order. */
export function orders(referenceIds: readonly string[]): Element[] {
  return referenceIds.flatMap((wire) => {
    const id = cx.decode(wire);
    if (id?.type !== 'urn:ihe:iti:xds:2013:order' || id.authority.oid === undefined) return [];
    return [el('inFulfillmentOf', {}, [el('order', {}, [ii('id', { root: id.authority.oid, extension: id.id })])])];
  });
}
