import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dmpKey, errorGroups, errorRow, errors, sentence, type ErrorRow } from '../../mappings/errors.ts';
import { codeFamilies } from '../../mappings/upstream-codes.ts';
import { describeShared } from '../support/shared.ts';

const rows = Object.entries(errors as Record<string, ErrorRow>);
const received = codeFamilies.flatMap(({ kind, codes }) => codes.map((code) => [kind, code] as const));

describe('the error table', () => {
  it.each(received)('%s %s has a row of its own', (kind, code) => {
    const key = kind === 'transport' ? dmpKey(code, '') : dmpKey(kind, code);
    expect(kind === 'transport' ? [`dmp-${code}`] : [`dmp:${code}`, `dmp-${kind}-${code}`]).toContain(key);
  });

  it('is made of groups that share no key', () => {
    const keys = errorGroups.flatMap((group) => Object.keys(group));
    expect(keys).toEqual(Object.keys(errors));
  });

  it('what nobody has heard of falls back on its kind', () => {
    for (const kind of ['registry', 'hl7', 'fault', 'http', 'rights'])
      expect(dmpKey(kind, 'NeverHeardOf')).toBe(`dmp-${kind}`);
    expect(dmpKey('no-kind', 'x')).toBe('internal');
  });

  it.each(rows)('%s: a status of HTTP, an issue type, the same places in both languages', (_, row) => {
    expect(row.status).toBeGreaterThanOrEqual(200);
    expect(row.status).toBeLessThan(600);
    expect(issueTypes).toContain(row.code);
    const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();
    expect(places(row.fr)).toEqual(places(row.en));
    for (const text of [row.fr, row.en]) expect(text).toMatch(/[.!}»]$/);
    expect(sentence(row, 'fr')).not.toMatch(/\{\w+\}/);
  });

  it('a failure of the other side that time can heal says so, and what is wrong with the request does not', () => {
    const retry = (kind: string, code: string): boolean => errorRow(dmpKey(kind, code)).retry === true;
    for (const [kind, code] of [
      ['registry', 'XDSRegistryBusy'],
      ['registry', 'XDSRepositoryOutOfResources'],
      ['registry', 'XDSUnavailableCommunity'],
      ['hl7', 'CR'],
      ['http', '429'],
      ['http', '503'],
      ['timeout', ''],
      ['network', ''],
    ] as const)
      expect(retry(kind, code), `${kind} ${code}`).toBe(true);
    for (const [kind, code] of [
      ['registry', 'XDSUnknownPatientId'],
      ['registry', 'XDSDuplicateUniqueIdInRegistry'],
      ['fault', 'DMPInvalidCertificate'],
      ['http', '403'],
      ['tls', ''],
    ] as const)
      expect(retry(kind, code), `${kind} ${code}`).toBe(false);
  });

  it('503 and 504 can always be tried again', () => {
    for (const [key, { status, retry }] of rows) if (status === 503 || status === 504) expect(retry, key).toBe(true);
  });
});

/** http://hl7.org/fhir/issue-type */
const issueTypes = (
  'invalid structure required value invariant security login unknown expired forbidden suppressed processing ' +
  'not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule ' +
  'conflict transient lock-error no-store exception timeout incomplete throttled informational'
).split(' ');

describeShared('the codes that the specifications and the golden messages name', (dir) => {
  const known = new Set(received.map(([, code]) => code));
  /** Words that look like codes and are none: parameters, slots, examples of attributes. */
  const isCode = (word: string): boolean =>
    /(Error|Exception|Failed|Busy|Resources|Results|Hash|MissingParam|ParamNumber|StoredQuery|Community|Recipient|NotProcessed|NotSupported|NotSaved|NotFound|Found|Closed|Denied|Service|Certificate|InvalidData|UnknownPatientId|DoesNotMatch|InRegistry|InMessage|MissingDocument(Metadata)?|DocumentContent)$/.test(
      word,
    );
  const wordsOf = (text: string): string[] =>
    [...text.matchAll(/\b(?:XDS|DMP|Partial|Unknown|Unavailable|FHIRDocument|Patient)[A-Za-z]{3,50}\b/g)]
      .map((m) => m[0])
      .filter(isCode);

  it('in the texts', () => {
    const words = new Set(
      ['fhir.md', 'dmp-wire.md'].flatMap((f) => wordsOf(readFileSync(path.join(dir, 'spec', f), 'utf8'))),
    );
    expect(words.size).toBeGreaterThan(30);
    expect([...words].filter((w) => !known.has(w) && !notCodes.has(w))).toEqual([]);
  });
  /** Of the simulator’s and the SMART chapters, and the names of queries. */
  const notCodes = new Set(['PatientSoapService', 'UnknownStoredQuery']);

  it.each(['failures', 'faults'])('in the golden %s', (folder) => {
    const all = readdirSync(path.join(dir, 'wire/messages', folder)).map((f) =>
      readFileSync(path.join(dir, 'wire/messages', folder, f), 'utf8'),
    );
    const codes = all.flatMap((text) => [
      ...[...text.matchAll(/errorCode="([^"]+)"/g)].map((m) => m[1]!),
      ...[...text.matchAll(/<(?:\w+:)?Value>(?:\w+:)?(\w+)<\/(?:\w+:)?Value>/g)].map((m) => m[1]!),
    ]);
    expect(codes.length).toBeGreaterThan(3);
    expect(codes.filter((c) => !known.has(c))).toEqual([]);
  });
});
