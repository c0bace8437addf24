/**
 * Persons and organisations: XCN, XON, XPN, XAD, XTN ↔ the FHIR data types that say the same.
 * Source: ITI TF-3 table 4.2.3.1.7-2; dmp-wire §3.2 (forms of the DMP).
 */
import type { Address, ContactPoint, HumanName } from '@medplum/fhirtypes';
import { defined } from '../defined.ts';
import type { AssignedId } from './identifiers.ts';
import { components, compose, hd, hl7Text, type Codec } from './hl7v2.ts';

/** XCN: a person or a device, with its identifier. */
export interface Xcn extends Partial<AssignedId> {
  /** For a device: its software (ANS ActorSystem; CDA softwareName). */
  family?: string;
  /** For a device: its model (CDA manufacturerModelName). */
  given?: string;
  furtherGiven?: string;
  suffix?: string;
  prefix?: string;
  /** XCN.10: `D` (usual), `L`, `U` (device) … */
  nameType?: string;
}

const text = (wire: string): string | undefined => (wire === '' ? undefined : hl7Text.decode(wire));
const encoded = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : hl7Text.encode(value);

/** `id^family^given^further^suffix^prefix^^^&oid&ISO^nameType^^^idType` */
export const xcn: Codec<string, Xcn> = {
  decode(wire) {
    const part = components(wire);
    const value = defined({
      id: text(part(1)),
      family: text(part(2)),
      given: text(part(3)),
      furtherGiven: text(part(4)),
      suffix: text(part(5)),
      prefix: text(part(6)),
      authority: hd.decode(part(9)),
      nameType: text(part(10)),
      type: text(part(13)),
    });
    return value.id === undefined && value.family === undefined ? undefined : value;
  },
  encode: (v) =>
    compose({
      1: encoded(v.id),
      2: encoded(v.family),
      3: encoded(v.given),
      4: encoded(v.furtherGiven),
      5: encoded(v.suffix),
      6: encoded(v.prefix),
      9: v.authority === undefined ? undefined : hd.encode(v.authority),
      10: encoded(v.nameType),
      13: encoded(v.type),
    }),
};

/** XON: a structure. */
export interface Xon extends Partial<AssignedId> {
  name?: string;
}

/** `name^^^^^&oid&ISO^idType^^^id` */
export const xon: Codec<string, Xon> = {
  decode(wire) {
    const part = components(wire);
    const value = defined({
      name: text(part(1)),
      authority: hd.decode(part(6)),
      type: text(part(7)),
      id: text(part(10)),
    });
    return value.name === undefined && value.id === undefined ? undefined : value;
  },
  encode: (v) =>
    compose({
      1: encoded(v.name),
      6: v.authority === undefined ? undefined : hd.encode(v.authority),
      7: encoded(v.type),
      10: encoded(v.id),
    }),
};

type NameParts = Pick<Xcn, 'family' | 'given' | 'furtherGiven' | 'suffix' | 'prefix'>;

/** Name components ↔ HumanName. Further given names are one string in HL7 v2. */
export const humanName: Codec<NameParts, HumanName> = {
  decode({ family, given, furtherGiven, suffix, prefix }) {
    const givens = [given, furtherGiven].filter((g) => g !== undefined);
    const value = defined({
      family,
      given: givens.length === 0 ? undefined : givens,
      prefix: prefix === undefined ? undefined : [prefix],
      suffix: suffix === undefined ? undefined : [suffix],
    });
    return Object.keys(value).length === 0 ? undefined : value;
  },
  encode(name) {
    const [given, ...further] = name.given ?? [];
    const joined = (all: string[] | undefined): string | undefined => all?.join(' ') || undefined;
    return defined({
      family: name.family,
      given,
      furtherGiven: joined(further),
      suffix: joined(name.suffix),
      prefix: joined(name.prefix),
    });
  },
};

/** XPN.7 ↔ HumanName.use: L is the name at birth (official), D the one in use (CI-SIS, sourcePatientInfo). */
const nameUses: readonly (readonly [string, NonNullable<HumanName['use']>])[] = [
  ['L', 'official'],
  ['D', 'usual'],
  ['M', 'maiden'],
  ['N', 'nickname'],
];

/** XPN `family^given^further^suffix^prefix^^type` ↔ HumanName. */
export const xpn: Codec<string, HumanName> = {
  decode(wire) {
    const part = components(wire);
    const name = humanName.decode(
      defined({
        family: text(part(1)),
        given: text(part(2)),
        furtherGiven: text(part(3)),
        suffix: text(part(4)),
        prefix: text(part(5)),
      }),
    );
    const use = nameUses.find(([type]) => type === part(7))?.[1];
    return name === undefined ? undefined : { ...(use === undefined ? {} : { use }), ...name };
  },
  encode(name) {
    const parts = humanName.encode(name) ?? {};
    const wire = compose({
      1: encoded(parts.family),
      2: encoded(parts.given),
      3: encoded(parts.furtherGiven),
      4: encoded(parts.suffix),
      5: encoded(parts.prefix),
      7: nameUses.find(([, use]) => use === name.use)?.[0],
    });
    return parts.family === undefined && parts.given === undefined ? undefined : wire;
  },
};

const addressUses: readonly (readonly [string, NonNullable<Address['use']>])[] = [
  ['H', 'home'],
  ['B', 'work'],
  ['C', 'temp'],
];

/** XAD `street^other^city^state^zip^country^use` ↔ Address. */
export const xad: Codec<string, Address> = {
  decode(wire) {
    const part = components(wire);
    const line = [text(part(1)), text(part(2))].filter((l) => l !== undefined);
    const value = defined({
      use: addressUses.find(([type]) => type === part(7))?.[1],
      line: line.length === 0 ? undefined : line,
      city: text(part(3)),
      state: text(part(4)),
      postalCode: text(part(5)),
      country: text(part(6)),
    });
    return Object.keys(value).length === 0 ? undefined : value;
  },
  encode(value) {
    const [street, ...other] = value.line ?? [];
    const wire = compose({
      1: encoded(street),
      2: encoded(other.join(' ') || undefined),
      3: encoded(value.city),
      4: encoded(value.state),
      5: encoded(value.postalCode),
      6: encoded(value.country),
      7: addressUses.find(([, use]) => use === value.use)?.[0],
    });
    return wire === '' ? undefined : wire;
  },
};

const telecoms = new Map<string, 'phone' | 'fax'>([
  ['PH', 'phone'],
  ['CP', 'phone'],
  ['FX', 'fax'],
]);

/** XTN `^^Internet^address` or `^^PH^^^^^^^^^number` ↔ ContactPoint. */
export const xtn: Codec<string, ContactPoint> = {
  decode(wire) {
    const part = components(wire);
    const email = text(part(4));
    if (part(3) === 'Internet' && email !== undefined) return { system: 'email', value: email };
    const number = text(part(12)) ?? text(part(1));
    if (number === undefined) return undefined;
    const system = telecoms.get(part(3)) ?? 'other';
    return { system, value: number };
  },
  encode({ system, value }) {
    if (!value) return undefined;
    if (system === 'email') return compose({ 3: 'Internet', 4: hl7Text.encode(value) });
    if (system === 'phone' || system === 'sms') return compose({ 3: 'PH', 12: hl7Text.encode(value) });
    if (system === 'fax') return compose({ 3: 'FX', 12: hl7Text.encode(value) });
    return hl7Text.encode(value);
  },
};
