/**
 * Identifiers with an authority: CX (patients, dmp-wire §3.2), CXi (referenceIdList, ITI TF-3 table 4.2.3.1.7-2), and
 * their FHIR form. Authorities are OIDs; a namespace, where there is one, travels in `assigner.display`.
 */
import type { Identifier } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, rpps, uris, v2IdentifierTypes } from '../canonicals.ts';
import { isPatientOid } from '../ins.ts';
import { dtm } from './dtm.ts';
import { components, compose, hd, hl7Text, type Authority, type Codec } from './hl7v2.ts';

/** OIDs of persons' and structures' national identifiers (dmp-wire §3.3). */
export const oidPerson = '1.2.250.1.71.4.2.1';
export const oidStructure = '1.2.250.1.71.4.2.2';

/** What a CX, CXi, XCN or XON says of an identifier. */
export interface AssignedId {
  id: string;
  authority: Authority;
  /** CX.5, XCN.13, XON.7: `NH`, `PI`, `IDNPS`, `IDNST`, `RI`, or a URN in a CXi */
  type?: string;
}

/** CX: `id^^^ns&oid&ISO^type^^effective date`. */
export interface Cx extends AssignedId {
  /** CX.7, as on the wire */
  effective?: string;
}

export const cx: Codec<string, Cx> = {
  decode(wire) {
    const part = components(wire);
    if (part(1) === '') return undefined;
    return {
      id: hl7Text.decode(part(1)),
      authority: hd.decode(part(4)),
      ...(part(5) === '' ? {} : { type: hl7Text.decode(part(5)) }),
      ...(part(7) === '' ? {} : { effective: part(7) }),
    };
  },
  encode: (v) =>
    compose({
      1: hl7Text.encode(v.id),
      4: hd.encode(v.authority),
      5: v.type === undefined ? undefined : hl7Text.encode(v.type),
      7: v.effective,
    }),
};

/** Whether two CX designate the same patient: id and authority; the type and the dates do not count. */
export function samePatient(a: string, b: string): boolean {
  const x = cx.decode(a);
  const y = cx.decode(b);
  return x !== undefined && y !== undefined && x.id === y.id && x.authority.oid === y.authority.oid;
}

/** Types of fr-core's own code system; the others are those of HL7 table 0203. */
const frCoreTypes = new Set([
  'IDNPS',
  'IDNST',
  'RPPS',
  'ADELI',
  'FINEJ',
  'FINEG',
  'SIREN',
  'SIRET',
  'INS-C',
  'INTRN',
  'EXTRN',
]);

/** Systems that stand for a national identifier with a prefix digit (dmp-wire §3.3: PS_IdNat, Struct_IdNat). */
const prefixed: readonly { system: string; type?: string; prefix: string; oid: string; idType: string }[] = [
  { system: rpps, prefix: '8', oid: oidPerson, idType: 'IDNPS' },
  { system: 'https://finess.esante.gouv.fr', prefix: '1', oid: oidStructure, idType: 'IDNST' },
  { system: 'https://sirene.fr', type: 'SIREN', prefix: '2', oid: oidStructure, idType: 'IDNST' },
  { system: 'https://sirene.fr', type: 'SIRET', prefix: '3', oid: oidStructure, idType: 'IDNST' },
  { system: 'https://rppsrang.esante.gouv.fr', prefix: '4', oid: oidStructure, idType: 'IDNST' },
];

function typeSystem(type: string): string {
  if (type.startsWith('urn:')) return uris;
  return frCoreTypes.has(type) ? frCoreIdentifierTypes : v2IdentifierTypes;
}

/**
 * An assigned id ↔ FHIR Identifier: `system` is `urn:oid:`, `type` a coding. Encoding (towards the wire) also accepts
 * RPPS, FINESS, SIREN and SIRET under their own systems, and turns them into national identifiers.
 */
export const identifier: Codec<AssignedId, Identifier> = {
  decode: ({ id, authority, type }) => ({
    ...(type === undefined ? {} : { type: { coding: [{ system: typeSystem(type), code: type }] } }),
    ...(authority.oid === undefined ? {} : { system: `urn:oid:${authority.oid}` }),
    value: id,
    ...(authority.namespace === undefined ? {} : { assigner: { display: authority.namespace } }),
  }),
  encode(value) {
    if (!value.value) return undefined;
    const type = value.type?.coding?.[0]?.code;
    const national = prefixed.find((p) => p.system === value.system && (p.type === undefined || p.type === type));
    if (national)
      return { id: `${national.prefix}${value.value}`, authority: { oid: national.oid }, type: national.idType };
    const namespace = value.assigner?.display;
    if (value.system !== undefined && !value.system.startsWith('urn:oid:')) return undefined;
    const oid = value.system?.slice('urn:oid:'.length);
    // An identifier whose system tells its kind needs no type.
    const implied = oid === oidPerson ? 'IDNPS' : oid === oidStructure ? 'IDNST' : isPatientOid(oid) ? 'NH' : undefined;
    const kept = type ?? implied;
    return {
      id: value.value,
      authority: { ...(namespace === undefined ? {} : { namespace }), ...(oid === undefined ? {} : { oid }) },
      ...(kept === undefined ? {} : { type: kept }),
    };
  },
};

/** CX (also CXi, whose type is a URN) ↔ Identifier. CX.7 and the rarer components stay on the wire side. */
export const cxIdentifier: Codec<string, Identifier> = {
  decode(wire) {
    const value = cx.decode(wire);
    return value === undefined ? undefined : identifier.decode(value);
  },
  encode(value) {
    const id = identifier.encode(value);
    return id === undefined ? undefined : cx.encode(id);
  },
};

/** CX with the day from which it holds (CX.7) ↔ Identifier with `period.start`. */
export const datedCx: Codec<string, Identifier> = {
  decode(wire) {
    const value = cx.decode(wire);
    if (value === undefined) return undefined;
    const start = value.effective === undefined ? undefined : dtm.decode(value.effective);
    return { ...identifier.decode(value), ...(start === undefined ? {} : { period: { start } }) };
  },
  encode(value) {
    const id = identifier.encode(value);
    const effective = value.period?.start === undefined ? undefined : dtm.encode(value.period.start);
    return id && cx.encode({ ...id, ...(effective === undefined ? {} : { effective }) });
  },
};

const oidForm = /^[0-2](\.(0|[1-9]\d*))+$/;

/** An OID of at most 64 characters, as XDS wants its unique ids (dmp-wire §3.2), ↔ `urn:oid:…`. */
export const oidUri: Codec<string, string> = {
  decode: (oid) => `urn:oid:${oid}`,
  encode(uri) {
    const oid = uri.startsWith('urn:oid:') ? uri.slice(8) : '';
    return oid.length <= 64 && oidForm.test(oid) ? oid : undefined;
  },
};
