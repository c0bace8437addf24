/**
 * What an AuditEvent is found by (ITI-81), as terms that are compared whole: the same function makes them when an event is kept, so
 * that a search finds exactly what is shown. What has a column of its own (patient, date, outcome) makes no terms.
 */
import type { AuditEvent, Coding, Identifier } from '@medplum/fhirtypes';
import { oidPerson, oidStructure } from '../codecs/identifiers.ts';
import { auditSystems } from './systems.ts';

const coded = ({ system = '', code = '' }: Coding): string => `${system}|${code}`;
const identified = ({ system = '', value = '' }: Identifier): string => `${system}|${value}`;
/** A reference to the resource, whichever version it names. */
const unversioned = (reference: string): string => reference.replace(/\/_history\/.*$/, '');
const present = <T>(values: readonly (T | undefined)[]): T[] => values.filter((v) => v !== undefined);

/** Each parameter, and its values in an event. */
const parameters = {
  type: ({ type }) => [coded(type)],
  subtype: ({ subtype = [] }) => subtype.map(coded),
  action: ({ action }) => present([action]),
  address: ({ agent }) => present(agent.map((a) => a.network?.address)),
  altid: ({ agent }) => present(agent.map((a) => a.altId)),
  'agent.identifier': ({ agent }) => present(agent.map((a) => a.who?.identifier)).map(identified),
  'source.identifier': ({ source }) => present([source.observer.identifier]).map(identified),
  entity: ({ entity = [] }) => present(entity.map((e) => e.what?.reference)).map(unversioned),
  'entity.identifier': ({ entity = [] }) => present(entity.map((e) => e.what?.identifier)).map(identified),
  'entity-type': ({ entity = [] }) => present(entity.map((e) => e.type)).map(coded),
  'entity-role': ({ entity = [] }) => present(entity.map((e) => e.role)).map(coded),
} as const satisfies Record<string, (event: AuditEvent) => string[]>;
export type TermParameter = keyof typeof parameters;

export const isTermParameter = (name: string): name is TermParameter => Object.hasOwn(parameters, name);

const term = (name: TermParameter, value: string): string => `${name}=${value}`;

/** The terms of an event. */
export const termsOf = (event: AuditEvent): string[] =>
  (Object.keys(parameters) as TermParameter[]).flatMap((name) => parameters[name](event).map((v) => term(name, v)));

/** Systems that a value may have when the client names none: those that events use. */
const codeSystems: readonly string[] = Object.values(auditSystems);
const identifierSystems: readonly string[] = [
  '',
  'urn:ietf:rfc:3986',
  ...[oidPerson, oidStructure].map((oid) => `urn:oid:${oid}`),
];
const systemsOf: Partial<Record<TermParameter, readonly string[]>> = {
  type: codeSystems,
  subtype: codeSystems,
  'entity-type': codeSystems,
  'entity-role': codeSystems,
  'agent.identifier': identifierSystems,
  'source.identifier': identifierSystems,
  'entity.identifier': identifierSystems,
};

/**
 * The terms that a searched value may be.
 * @param value of a token with its system (`''`: none; undefined: any), or a whole text
 */
export function termsOfValue(name: TermParameter, value: string, system?: string): string[] {
  const systems = systemsOf[name];
  if (!systems) return [term(name, value)];
  return (system === undefined ? systems : [system]).map((s) => term(name, `${s}|${value}`));
}
