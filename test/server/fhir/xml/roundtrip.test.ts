/** FHIR XML against itself and against an independent implementation (`fhir`, Lantana), in both directions. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Resource } from '@medplum/fhirtypes';
import { Fhir } from 'fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../../../server/fhir/validation/definitions.ts';
import { cleanNarrative } from '../../../../server/fhir/xml/narrative.ts';
import { readFhirXml } from '../../../../server/fhir/xml/read.ts';
import { planOf } from '../../../../server/fhir/xml/schema.ts';
import { writeFhirXml } from '../../../../server/fhir/xml/write.ts';
import { describeShared } from '../../../support/shared.ts';
import '../../../support/fast-check.ts';
import { resource } from './arbitrary.ts';

const oracle = new Fhir();
const write = (r: unknown, pretty?: boolean) => writeFhirXml(r as Resource, pretty);
const read = (xml: string) => readFhirXml(Buffer.from(xml));

/** A copy, each value replaced. */
const map = (value: unknown, replace: (key: string, value: unknown) => unknown): unknown =>
  JSON.parse(JSON.stringify(value), replace) as unknown;

/** Narratives as they are written: entities and empty elements in one way. */
const narratives = (value: unknown): unknown =>
  map(value, (key, v) => (key === 'div' && typeof v === 'string' ? cleanNarrative(v) : v));

/*
 * What the oracle (fhir 4.12.0) gets wrong, so that it is not asked, or asked less exactly:
 * - line ends and tabs of an attribute are written as they are, which every reader must turn into blanks (XML 1.0 §3.3.3);
 * - blanks alone between two tags of a narrative are dropped, and empty elements closed at once;
 * - `valueUuid` is dropped;
 * - a primitive of which there is only the extension, in a list (null in JSON) or alone, breaks or shifts its reading;
 * - decimals with an exponent are refused, and those of choice types read as strings.
 */
const oneLine = (value: unknown): unknown =>
  map(value, (key, v) => (typeof v === 'string' && key !== 'div' ? v.replace(/\r\n?|[\n\t]/g, ' ') : v));

const forgiven = (value: unknown): unknown =>
  map(value, (key, v) => {
    if (typeof v === 'number') return String(v);
    if (key !== 'div' || typeof v !== 'string') return v;
    return cleanNarrative(v)
      .replace(/>\s+</g, '><')
      .replace(/<(\w+)([^<>]*)><\/\1>/g, '<$1$2/>');
  });

function isBeyondOracle(value: unknown): boolean {
  if (typeof value === 'number') return String(value).includes('e');
  if (typeof value !== 'object' || value === null) return value === null;
  if (Array.isArray(value)) return value.some(isBeyondOracle);
  const object = value as Record<string, unknown>;
  return Object.entries(object).some(
    ([key, v]) =>
      key === 'valueUuid' || (key.startsWith('_') && object[key.slice(1)] === undefined) || isBeyondOracle(v),
  );
}

describeShared('every official example and definition', (dir) => {
  const files = readdirSync(path.join(dir, 'fhir'), { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.json'),
  );
  const resources = files.map(
    (f) => [f, JSON.parse(readFileSync(path.join(dir, 'fhir', f), 'utf8')) as Resource] as const,
  );

  it('is there', () => expect(resources.length).toBeGreaterThan(150));

  it('comes back from XML as it was, indented or not', () => {
    for (const [file, r] of resources) {
      const expected = narratives(r);
      expect(read(write(r)), file).toEqual(expected);
      expect(read(write(r, true)), file).toEqual(expected);
    }
  });

  it('is understood by the oracle, and the oracle by us', () => {
    for (const [file, original] of resources) {
      if (JSON.stringify(original).length > 60_000) continue; // it is slow
      const r = oneLine(original);
      const expected = forgiven(r);
      expect(forgiven(oracle.xmlToObj(write(r))), file).toEqual(expected);
      expect(forgiven(read(oracle.objToXml(r as object))), file).toEqual(expected);
    }
  });
});

describe('the definitions', () => {
  interface Known {
    _name: string;
    _properties?: Known[];
  }
  const types = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../../../../node_modules/fhir/profiles/types.json'), 'utf8'),
  ) as Record<string, { _kind?: string; _properties?: Known[] }>;
  const compared: string[] = [];
  const compare = (type: string, properties: readonly Known[]): void => {
    const plan = planOf(type);
    if (!plan) return;
    compared.push(type);
    expect([...plan.properties.keys()], type).toEqual(properties.map((p) => p._name).filter((n) => !n.startsWith('_')));
    for (const p of properties)
      if (p._properties?.length) compare(type + p._name.charAt(0).toUpperCase() + p._name.slice(1), p._properties);
  };

  it('name the elements that the oracle names, in the same order', () => {
    for (const [type, { _kind, _properties }] of Object.entries(types))
      if (_kind !== 'primitive-type') compare(type, _properties ?? []);
    expect(compared).toContain('DocumentReferenceContent');
    expect(compared.length).toBeGreaterThan(150);
  });
});

describe('any resource', () => {
  const types = fc.constantFrom(...loadDefinitions().types);

  it('comes back from XML as it was', () => {
    fc.assert(
      fc.property(resource(types), (r) => {
        expect(read(write(r))).toEqual(r);
        expect(read(write(r, true))).toEqual(r);
      }),
      { numRuns: 400 },
    );
  });

  it('is understood by the oracle, and the oracle by us', () => {
    let asked = 0;
    fc.assert(
      fc.property(resource(types, 3, false), (r) => {
        if (isBeyondOracle(r)) return;
        asked++;
        const expected = forgiven(r);
        expect(forgiven(oracle.xmlToObj(write(r)))).toEqual(expected);
        expect(forgiven(read(oracle.objToXml(r)))).toEqual(expected);
      }),
      { numRuns: 400 },
    );
    expect(asked).toBeGreaterThan(300);
  });
});
