/**
 * The FHIR R4 definitions, trimmed at postinstall by `tools/definitions.mjs`, read once and compiled once into Medplum's
 * type index: a request only walks them.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { indexStructureDefinitionBundle } from '@medplum/core';
import type { StructureDefinition } from '@medplum/fhirtypes';

interface Definitions {
  definitions: StructureDefinition[];
  /** Canonical with version → system → codes, for the required bindings that can be listed. */
  valueSets: Record<string, Record<string, string[]>>;
  /** Required bindings that cannot be listed (MIME types, currencies…): only their syntax is checked. */
  notEnumerated: string[];
}

/** The codes of one required binding. */
export interface CodeList {
  /** `system|code` */
  codings: ReadonlySet<string>;
  /** codes alone, for elements of type code */
  codes: ReadonlySet<string>;
}

let loaded: { types: ReadonlySet<string>; codeLists: ReadonlyMap<string, CodeList> } | undefined;

const file = new URL('./generated/definitions.json.gz', import.meta.url);

/**
 * Loads and compiles the definitions; later calls answer at once. Call it at start-up, so that no request waits (~0.2 s).
 * @throws Error when the file is missing: `npm ci` (or `node tools/definitions.mjs`) makes it
 */
export function loadDefinitions(): NonNullable<typeof loaded> {
  if (loaded) return loaded;
  const read = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Definitions;
  indexStructureDefinitionBundle(read.definitions);
  const codeLists = new Map<string, CodeList>();
  for (const [url, systems] of Object.entries(read.valueSets)) {
    const pairs = Object.entries(systems).flatMap(([system, codes]) => codes.map((code) => [system, code] as const));
    codeLists.set(url, {
      codings: new Set(pairs.map(([system, code]) => `${system}|${code}`)),
      codes: new Set(pairs.map(([, code]) => code)),
    });
  }
  const types = new Set(read.definitions.filter((d) => d.kind === 'resource' && !d.abstract).map((d) => d.type));
  loaded = { types, codeLists };
  return loaded;
}

/** The codes of a required binding, in the order of their code system; undefined when they cannot be listed. @param canonical with version */
export function codesOf(canonical: string): readonly string[] | undefined {
  const list = loadDefinitions().codeLists.get(canonical);
  return list && [...list.codes];
}
