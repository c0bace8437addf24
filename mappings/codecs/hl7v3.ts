/**
 * Persons in HL7 V3 ↔ the FHIR data types that say the same: names, telecoms, addresses, sex, dates of birth.
 * Source: dmp-wire §6; fr-core-patient 2.1.0 (slices officialName and usualName).
 */
import type { Address, ContactPoint, HumanName, Patient } from '@medplum/fhirtypes';
import { defined } from '../defined.ts';
import type { PersonName, PostalAddress, Telecom } from '../hl7v3/facts.ts';
import { dtmDate } from './dtm.ts';
import type { Codec } from './hl7v2.ts';

type Gender = NonNullable<Patient['gender']>;

/** Code ↔ FHIR; of several codes for one, the first is written. */
const genders: readonly (readonly [string, Gender])[] = [
  ['F', 'female'],
  ['M', 'male'],
  ['U', 'unknown'],
  ['UN', 'other'],
  ['O', 'other'],
];

/** A code that nobody knows is `unknown`. « Other » is read, never written: the DMP knows women, men and unknown. */
export const v3Gender: Codec<string, Gender> = {
  decode: (wire) => genders.find(([code]) => code === wire)?.[1] ?? 'unknown',
  encode: (value) => (value === 'other' ? undefined : genders.find(([, gender]) => gender === value)?.[0]),
};

const uses: readonly (readonly [string, NonNullable<ContactPoint['use']>])[] = [
  ['HP', 'home'],
  ['WP', 'work'],
  ['MC', 'mobile'],
  ['TMP', 'temp'],
  ['H', 'home'],
  ['HV', 'temp'],
];

const schemes: readonly (readonly [string, NonNullable<ContactPoint['system']>])[] = [
  ['mailto', 'email'],
  ['tel', 'phone'],
  ['fax', 'fax'],
];

/** `tel:`, `fax:`, `mailto:` and web addresses; anything else has no form on the other side. */
export const v3Telecom: Codec<Telecom, ContactPoint> = {
  decode({ value, use }) {
    const found = /^(mailto|tel|fax|https?):(.+)$/i.exec(value);
    if (!found) return undefined;
    const scheme = (found[1] ?? '').toLowerCase();
    const system = schemes.find(([name]) => name === scheme)?.[1] ?? 'url';
    return defined<ContactPoint>({
      system,
      value: system === 'url' ? value : found[2],
      use: uses.find(([code]) => code === use)?.[1],
    });
  },
  encode({ system, value, use }) {
    const code = use === undefined ? undefined : uses.find(([, known]) => known === use)?.[0];
    if (value === undefined || value.trim() === '' || (use !== undefined && code === undefined)) return undefined;
    const scheme = schemes.find(([, known]) => known === system)?.[0];
    // A number is written as a person reads it; a URL holds no space (RFC 3966 takes dots and hyphens).
    if (scheme !== undefined) return defined({ value: `${scheme}:${value.replace(/\s/g, '')}`, use: code });
    return system === 'url' && /^https?:/i.test(value) ? defined({ value, use: code }) : undefined;
  },
};

/** A text, without the white space around it; FHIR JSON has null where there is only an extension. */
const textOf = (text: string | null | undefined): string | undefined => text?.trim() || undefined;
/** Texts of a list. */
const present = (texts: readonly string[] = []): string[] => texts.flatMap((text) => textOf(text) ?? []);

/**
 * Lines: those of the street, then the further locator, which is one (golden td1-3a/01): the last of several. An address without
 * a part that the DMP has is none.
 */
export const v3Address: Codec<PostalAddress, Address> = {
  decode(wire) {
    const line = [wire.streetAddressLine, wire.additionalLocator].flatMap((l) => l?.split('\n') ?? []);
    const { city, postalCode, country } = wire;
    return defined<Address>({ line: line.length === 0 ? undefined : line, city, postalCode, country });
  },
  encode({ line, city, postalCode, country }) {
    const lines = present(present(line).flatMap((text) => text.split('\n')));
    const additionalLocator = lines.length > 1 ? lines.pop() : undefined;
    const wire = defined<PostalAddress>({
      streetAddressLine: textOf(lines.join('\n')),
      additionalLocator,
      postalCode: textOf(postalCode),
      city: textOf(city),
      country: textOf(country),
    });
    return Object.keys(wire).length === 0 ? undefined : wire;
  },
};

/** HL7 TS of a birth; a civil register may know no month or day (00, or a « lunar » month): what is certain is kept. */
export function v3BirthDate(wire: string): string | undefined {
  for (const length of [8, 6, 4]) {
    const date = wire.length < length ? undefined : dtmDate.decode(wire.slice(0, length));
    if (date !== undefined) return date;
  }
  return undefined;
}

/** The names that a message can say: the official one, and the usual one or, where there is neither, one without use. */
export function saidNames(names: readonly HumanName[]): HumanName[] {
  const official = names.find((n) => n.use === 'official');
  const usual = names.find((n) => n.use === 'usual') ?? (official ? undefined : names.find((n) => n.use === undefined));
  return [official, usual].filter((n) => n !== undefined);
}

/**
 * The name at birth is the official one, the name in use the usual one. officialName needs a family and a given name
 * (fr-core); without a name at birth there is only the one in use. Written with an official name alone, that one is both:
 * the DMP always has a name in use.
 */
export const v3Name: Codec<PersonName, HumanName[]> = {
  decode({ prefix, given, usage, birth }) {
    const rest = defined({
      given: given.length === 0 ? undefined : given,
      prefix: prefix === undefined ? undefined : [prefix],
    });
    const names: HumanName[] = [];
    if (birth !== undefined && given.length > 0) names.push({ use: 'official', family: birth, ...rest });
    if (usage !== undefined || names.length === 0) {
      const family = usage ?? birth;
      if (family !== undefined || given.length > 0) names.push(defined({ use: 'usual', family, ...rest }));
    }
    return names;
  },
  encode(names) {
    const said = saidNames(names);
    const official = said.find((n) => n.use === 'official');
    const usual = said.find((n) => n !== official);
    const first = (get: (n: HumanName) => string[] | undefined): string[] =>
      said.map((n) => present(get(n))).find((texts) => texts.length > 0) ?? [];
    if (!official && !usual) return undefined;
    return defined<PersonName>({
      prefix: first((n) => n.prefix)[0],
      given: first((n) => n.given),
      usage: textOf(usual?.family) ?? textOf(official?.family),
      birth: textOf(official?.family),
    });
  },
};
