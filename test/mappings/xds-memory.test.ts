/** Entries of one answer are mapped with one memory: what each becomes must not depend on the others. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { documentEntryFromFhir, documentEntryToFhir } from '../../mappings/document-entry.ts';
import { Memory } from '../../mappings/recurring.ts';
import type { DocumentEntry } from '../../mappings/xds.ts';
import { documentEntry } from './arbitraries.ts';

const context = { id: '1', subject: { reference: 'Patient/1' }, attachmentUrl: 'https://example.org/fhir/Binary/1' };

/** Entries that have many values in common, each of them with others beside it. */
const answer = fc
  .tuple(fc.array(documentEntry, { minLength: 2, maxLength: 3 }), fc.infiniteStream(fc.nat(2)))
  .map(([entries, choices]) => {
    const mixed = Array.from({ length: 6 }, () => {
      const entry: Record<string, unknown> = {};
      for (const key of new Set(entries.flatMap((e) => Object.keys(e)))) {
        const from = entries[(choices.next().value as number) % entries.length] as DocumentEntry;
        const value = from[key as keyof DocumentEntry];
        if (value !== undefined) entry[key] = value;
      }
      return { ...entries[0], ...entry } as DocumentEntry;
    });
    return [...entries, ...mixed];
  });

it('a resource is the same whatever was mapped before it', () => {
  fc.assert(
    fc.property(answer, (entries) => {
      const memory = new Memory();
      const together = entries.map((e) => documentEntryToFhir(structuredClone(e), context, memory));
      expect(together).toEqual(entries.map((e) => documentEntryToFhir(e, context)));
      const back = { patientId: entries[0]!.patientId };
      for (const resource of together) expect(() => documentEntryFromFhir(resource, back)).not.toThrow();
    }),
    { numRuns: 150 },
  );
});

it('equal values are made once, and cannot be changed in one resource for all', () => {
  const [entry] = fc.sample(
    documentEntry.filter((e) => e.typeCode !== undefined && e.typeCode.code !== ''),
    { numRuns: 1, seed: 1 },
  ) as [DocumentEntry];
  const memory = new Memory();
  const [a, b] = [1, 2].map(() => documentEntryToFhir(structuredClone(entry), context, memory));
  expect(a!.type).toBe(b!.type);
  expect(() => (a!.type!.coding![0]!.code = 'other')).toThrow(TypeError);
});
