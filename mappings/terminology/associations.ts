/**
 * What a code determines, by the ANS's association tables: class from type (X16 for the DMP, then X04 of the CI-SIS),
 * format from the media type of an N1 body (A12) or from the templateIds of a structured CDA (A11).
 */
import type { XdsCode } from '../xds.ts';
import { a11, a12, x04, x16, type Association } from './tables/associations.ts';
import { displayOf } from './valuesets.ts';

/** `scheme|code` → what it determines; tables without a source code system (A11, A12) are keyed by the code alone. */
function bySource(table: Association, keyed: boolean): Map<string, XdsCode> {
  const map = new Map<string, XdsCode>();
  for (const { source, target, rows } of table)
    for (const [code, sources] of Object.entries(rows)) {
      const display = displayOf(code, target);
      const result = { code, scheme: target, ...(display === undefined ? {} : { display }) };
      for (const s of sources.split(/\s+/)) map.set(keyed ? `${source}|${s}` : s, result);
    }
  return map;
}

const classesDmp = bySource(x16, true);
const classesCisis = bySource(x04, true);
const formatsOfMedia = bySource(a12, false);
const formatsOfTemplates = bySource(a11, false);

/**
 * The class that follows from a type: ASS_X16 (DMP), else ASS_X04 (CI-SIS).
 * @returns undefined when neither table has the type (e.g. LOINC 101881-1): the client must give the class
 */
export function classOfType(typeCode: string, oid: string): XdsCode | undefined {
  const key = `${oid}|${typeCode}`;
  const found = classesDmp.get(key) ?? classesCisis.get(key);
  return found && { ...found };
}

/** The format of a CDA N1 that wraps this media type (ASS_A12); parameters of the type are ignored. */
export function formatOfMedia(mime: string): XdsCode | undefined {
  const found = formatsOfMedia.get((mime.split(';')[0] ?? '').trim().toLowerCase());
  return found && { ...found };
}

/**
 * The format of a structured CDA, from its templateIds (ASS_A11). When the table knows several, the last one declared
 * wins: CI-SIS headers name the general models first and the model of the document last.
 */
export function formatOfTemplates(templateIds: readonly string[]): XdsCode | undefined {
  for (const id of [...templateIds].reverse()) {
    const found = formatsOfTemplates.get(id);
    if (found) return { ...found };
  }
  return undefined;
}
