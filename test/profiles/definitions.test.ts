import type { CodeSystem, Extension, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as canonicals from '../../mappings/canonicals.ts';
import { documentEntryToFhir } from '../../mappings/document-entry.ts';
import { errors } from '../../mappings/errors.ts';
import { loadProfiles } from '../../profiles/index.ts';
import { errorSystem, toOutcome } from '../../server/fhir/outcome.ts';
import { validateBase } from '../../server/fhir/validation/index.ts';
import { documentEntry } from '../mappings/arbitraries.ts';

const definitions = loadProfiles();
const extensions = definitions.filter((d): d is StructureDefinition => d.resourceType === 'StructureDefinition');

describe('our definitions', () => {
  it('are there', () => expect(definitions.length).toBeGreaterThanOrEqual(11));

  it.each(definitions.map((d) => [d.url ?? '', d] as const))(
    '%s is valid R4, and its url ends with its id',
    (url, definition) => {
      expect(validateBase(definition, definition.resourceType).filter((i) => i.severity !== 'warning')).toEqual([]);
      expect(url.endsWith(`/${definition.resourceType}/${definition.id}`)).toBe(true);
      expect(definition.description).toMatch(/^(Ours|Assumed): /);
    },
  );

  it('hold every error that an OperationOutcome can name', () => {
    const system = definitions.find((d) => d.url === errorSystem) as CodeSystem;
    const codes = system.concept!.map((c) => c.code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const key of Object.keys(errors)) {
      const { issue } = toOutcome([{ key }], 'fr');
      expect(codes).toContain(issue[0]!.details!.coding!.find((c) => c.system === errorSystem)!.code);
    }
  });

  it('are exactly the canonicals of our own that the mapping uses', () => {
    const used = Object.values(canonicals).filter((c) => c.startsWith(`${canonicals.ours}/`));
    const defined = definitions.map((d) => d.url);
    expect(used.filter((url) => !defined.includes(url))).toEqual([]);
    expect(new Set(defined).size).toBe(defined.length);
  });
});

/** What an extension breaks of its definition: unknown or missing parts, value of another type. */
function faults(extension: Extension, definition: StructureDefinition): string[] {
  const elements = definition.differential!.element;
  const allowed = (id: string): string[] =>
    elements.find((e) => e.id === id)?.type?.map((t) => `value${t.code.charAt(0).toUpperCase()}${t.code.slice(1)}`) ??
    [];
  const value = (e: Extension): string => Object.keys(e).find((k) => k.startsWith('value')) ?? 'no value';
  const slices = elements.filter((e) => e.sliceName);
  if (slices.length === 0)
    return allowed('Extension.value[x]').includes(value(extension)) ? [] : [`${extension.url}: ${value(extension)}`];
  const parts = extension.extension ?? [];
  return [
    ...parts.filter((p) => !slices.some((s) => s.sliceName === p.url)).map((p) => `${extension.url}: ${p.url}`),
    ...parts
      .filter(
        (p) =>
          slices.some((s) => s.sliceName === p.url) &&
          !allowed(`Extension.extension:${p.url}.value[x]`).includes(value(p)),
      )
      .map((p) => `${p.url}: ${value(p)}`),
    ...slices
      .filter((s) => {
        const count = parts.filter((p) => p.url === s.sliceName).length;
        return count < (s.min ?? 0) || (s.max !== '*' && count > Number(s.max));
      })
      .map((s) => `${extension.url}: ${s.sliceName} count`),
  ];
}

function* extensionsIn(value: unknown): Generator<Extension> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (name === 'extension' && Array.isArray(item)) yield* item as Extension[];
    yield* extensionsIn(item);
  }
}

describe('what the mapping writes', () => {
  it('conforms to our definitions, and is R4', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(documentEntry, (entry) => {
        const resource = documentEntryToFhir(entry, {
          id: 'x',
          subject: { reference: 'Patient/x' },
          attachmentUrl: 'Binary/x',
        });
        for (const extension of extensionsIn(resource)) {
          const definition = extensions.find((d) => d.url === extension.url);
          if (!definition) continue;
          seen.add(extension.url);
          expect(faults(extension, definition)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
    expect([...seen].sort()).toContain(canonicals.extSlot);
    expect([...seen].sort()).toContain(canonicals.extVersion);
  });
});
