/**
 * The INS (identité nationale de santé): forms, key, authorities, and what each environment takes.
 *
 * Source: « Référentiel Identifiant national de santé » (OIDs, key of the NIR), spec auth §1.5, dmp-wire §3.3. An INS
 * is a person's identifier: nothing here puts one into an error.
 */
import type { Issue } from './outcome.ts';

export type Environment = 'test' | 'training' | 'production';

/** An INS with its authority. */
export interface PatientId {
  /** 15 characters: 13 + key */
  value: string;
  /** OID without prefix */
  oid: string;
}

export const insOids = {
  nir: '1.2.250.1.213.1.4.8',
  nia: '1.2.250.1.213.1.4.9',
  test: '1.2.250.1.213.1.4.10',
  demo: '1.2.250.1.213.1.4.11',
} as const;

/** The historical INS-C: may come back from the DMP, is never an INS. */
export const inscOid = '1.2.250.1.213.1.4.2';

/** Code of `fr-core-cs-v2-0203` per authority. */
export const insTypes: Readonly<Record<string, string>> = {
  [insOids.nir]: 'INS-NIR',
  [insOids.nia]: 'INS-NIA',
  [insOids.test]: 'INS-NIR-TEST',
  [insOids.demo]: 'INS-NIR-DEMO',
};

const everywhere = [insOids.test, insOids.demo, insOids.nir, insOids.nia];
const accepted: Record<Environment, readonly string[]> = {
  test: everywhere,
  training: everywhere,
  production: [insOids.nir, insOids.nia],
};

/** The authorities whose INS an environment takes: OIDs. */
export const insAuthorities = (environment: Environment): readonly string[] => accepted[environment];

/** Whether an OID is the authority of an INS (INS-C is not). */
export function isInsOid(oid: string | undefined): boolean {
  return oid !== undefined && Object.hasOwn(insTypes, oid);
}

/** Whether an OID is the authority of a patient's national identifier: an INS, or the INS-C that came before. */
export function isPatientOid(oid: string | undefined): boolean {
  return oid === inscOid || isInsOid(oid);
}

/** 13 characters (the sixth and seventh may be 2A or 2B, for Corsica) and a key of two digits. */
const form = /^[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}$/;

/** Key of the first 13 characters of a NIR or NIA: 97 − (N mod 97), 2A read as 19 and 2B as 18; two digits. */
export function insKey(first13: string): string {
  const n = BigInt(first13.replace('2A', '19').replace('2B', '18'));
  return String(97n - (n % 97n)).padStart(2, '0');
}

/** Whether the value has the form of an INS and a right key. */
export function hasRightKey(value: string): boolean {
  return form.test(value) && insKey(value.slice(0, 13)) === value.slice(13);
}

/**
 * What is wrong with an INS, if anything: its authority, its environment, its form, its key.
 *
 * A wrong key is an error under the real authorities (.8, .9) and a warning under the test ones (.10, .11), whose
 * published data sets hold some. In production, test authorities are refused; in test, all are taken, for the INSi test
 * platform answers with the real OIDs (auth §1.5).
 */
export function checkIns(ins: PatientId, environment: Environment): Issue[] {
  if (!isInsOid(ins.oid))
    return [{ key: 'ins-oid', values: { expected: accepted[environment].map((oid) => `urn:oid:${oid}`).join(', ') } }];
  const issues: Issue[] = [];
  if (!accepted[environment].includes(ins.oid))
    issues.push({ key: 'ins-environment', values: { environment, oid: ins.oid } });
  if (!form.test(ins.value)) issues.push({ key: 'ins-format' });
  else if (!hasRightKey(ins.value)) {
    const real = ins.oid === insOids.nir || ins.oid === insOids.nia;
    issues.push({ key: 'ins-key', severity: real ? 'error' : 'warning' });
  }
  return issues;
}

/**
 * Reads a FHIR token or identifier system and value as an INS: `urn:oid:<oid>` (or the bare OID) and its value.
 * @returns undefined when the system is not that of an INS
 */
export function insFromToken(system: string | undefined, value: string | undefined): PatientId | undefined {
  if (system === undefined || value === undefined) return undefined;
  const oid = system.startsWith('urn:oid:') ? system.slice(8) : system;
  return isInsOid(oid) ? { value: value.trim().toUpperCase(), oid } : undefined;
}

/** `INS^^^&OID&ISO^NH`, the DMP's form of a patient's identifier (dmp-wire §3.2). */
export function insToCx(ins: PatientId): string {
  return `${ins.value}^^^&${ins.oid}&ISO^NH`;
}

/** Reads the DMP's CX (further components, such as an effective date, are allowed). */
export function insFromCx(cx: string): PatientId | undefined {
  const [value, , , authority, type] = cx.split('^');
  const oid = authority?.split('&')[1];
  if (!value || !oid || (type !== undefined && type !== '' && type !== 'NH')) return undefined;
  return isInsOid(oid) ? { value, oid } : undefined;
}

/**
 * What is built like an INS (13 characters, or 15 with the key), also when it is written in groups: `2 36 04 69 990 123 76`, with
 * blanks or dashes of any kind (French typography takes those that do not break). Digits before or after it, also those of an OID,
 * make it something else; letters do not.
 */
const gap = String.raw`[\s\u2010-\u2015-]?`;
const inText = String.raw`(?<!\d|\d\.)[1-478](?:${gap}\d{2}){2}${gap}(?:\d{2}|2[AB])(?:${gap}\d{3}){2}(?:${gap}\d{2})?(?!\d|\.\d)`;

/** A UUID of RFC 9562: one in 700 random ones holds digits that are built like an INS, and names nobody. */
const uuid = String.raw`(?<![\da-z])[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}(?![\da-z])`;
const uuidOrIns = new RegExp(`(${uuid})|${inText}`, 'gi');

/** A text in which nothing looks like an INS any more: for what others wrote and what goes into an error or a log. UUIDs stay. */
export const withoutIns = (text: string): string => text.replace(uuidOrIns, (_, id: string | undefined) => id ?? '…');

/** Whether something in a text looks like an INS. */
export const holdsIns = (text: string): boolean => withoutIns(text) !== text;
