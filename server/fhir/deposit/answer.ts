/**
 * What the DMP answers to TD2.1, told of the part of the request that it is about: a registry names the object of the message
 * (`Document01`), a uniqueId or an entryUUID in `location` or `codeContext` (ebRS RegistryError).
 */
import { documentEntryRows } from '../../../mappings/document-entry-rows.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { RegistryError } from '../../../mappings/xds.ts';
import { DmpError } from '../../dmp/types.ts';
import { speakable, upstreamSystem } from '../outcome.ts';
import type { EntryUuids } from './associations.ts';
import type { Submission } from './submit.ts';

/** FHIRPath of what an error is about; undefined when it does not say, or names the set as a whole. */
export function placeOf(
  { location = '', context = '' }: Pick<RegistryError, 'location' | 'context'>,
  { documents, folders, set, setPath }: Pick<Submission, 'documents' | 'folders' | 'set' | 'setPath'>,
  uuids: EntryUuids,
): string | undefined {
  const words = new Set(`${location} ${context}`.match(/[\w.:-]*\w/g) ?? []);
  const named = (...ids: (string | undefined)[]): boolean =>
    ids.some((id) => id !== undefined && (words.has(id) || words.has(`uniqueId=${id}`) || words.has(`urn:oid:${id}`)));
  for (const { relations, path } of documents)
    for (const [i, relation] of relations.entries())
      if (named(uuids.get(relation.target.uniqueId))) return relation.path || `${path}.relatesTo[${i}]`;
  for (const { entry, path } of documents) if (named(entry.id, entry.uniqueId)) return elementIn(path, words);
  for (const { folder, path } of folders) if (named(folder.id, folder.uniqueId)) return path;
  return named(set.id, set.uniqueId) ? setPath : undefined;
}

/** The element of an attribute (`typeCode`, `authorInstitution`) that the error names besides; else the whole document. */
function elementIn(path: string, words: ReadonlySet<string>): string {
  const attributes = [...words].map((w) => (/^author[A-Z]/.test(w) ? 'author' : w));
  const elements = new Set(
    documentEntryRows
      .filter(({ xds }) => attributes.includes(xds) || attributes.includes(xds.replace(/s$/, '')))
      .map(({ fhir }) => /^DocumentReference((?:\.[A-Za-z]+)+)(?=$|[ ,])/.exec(fhir)?.[1] ?? ''),
  );
  const [element = ''] = elements;
  return elements.size === 1 ? `${path}${element}` : path;
}

/** Warnings of an answer that is a success, and what a partial one reports. */
export const warningsOf = (errors: readonly RegistryError[], submission: Submission, uuids: EntryUuids): Issue[] =>
  errors.map((e): Issue => {
    const expression = placeOf(e, submission, uuids);
    return {
      key: 'dmp-warning',
      severity: 'warning',
      ...(expression === undefined ? {} : { expression }),
      values: { code: e.code, context: speakable(e.context) ?? e.code },
      upstream: { system: upstreamSystem('registry'), code: e.code },
    };
  });

/** A refusal of the DMP, each of its errors with its place in the request. */
export function placed(error: DmpError, submission: Submission, uuids: EntryUuids): DmpError {
  const errors = error.errors.map((e) => {
    const expression = placeOf(e, submission, uuids) ?? onlyRelation(e.code, submission);
    return expression === undefined ? e : { ...e, expression };
  });
  if (!errors.some((e) => 'expression' in e)) return error;
  return new DmpError(error.kind, error.code, error.transaction, error.context, errors, { cause: error });
}

/** A failed replacement whose target is not named: where there is one relation only, it is that one. */
function onlyRelation(code: string, { documents }: Submission): string | undefined {
  if (code !== 'XDSReplaceFailed' && code !== 'XDSRegistryDeprecatedDocumentError') return undefined;
  const all = documents.flatMap((d) => d.relations);
  return all.length === 1 ? all[0]?.path : undefined;
}
