/**
 * JSON Patch (RFC 6902). The library applies; what it forgives is refused before: paths that are no JSON Pointer, steps into
 * what is not there, indices that are no index, names of JavaScript's own. Its `test` looks for the shortest way from one value
 * to the other, at the cost of each element against each: a comparison is made here.
 *
 * PDSm's published example is no JSON Patch (`/extension[url:"…"]`, spec fhir A.6): it is told what to write.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DocumentReference } from '@medplum/fhirtypes';
import { applyPatch, type Operation } from 'rfc6902';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { parseJson } from '../json.ts';
import { badPath, malformed, maxCopy, maxPath, notApplicable, requireCount, type Patch, type Touch } from './patch.ts';

const operations: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];
const withValue: readonly string[] = ['add', 'replace', 'test'];
const withFrom: readonly string[] = ['move', 'copy'];

/** RFC 6901 §3. */
const pointer = /^(?:\/(?:[^~/]|~[01])*)*$/;
const tokensOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((t) => t.replaceAll('~1', '/').replaceAll('~0', '~'));
const index = /^(?:0|[1-9]\d*)$/;
const forbidden: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** @throws IssueError body-malformed, patch-malformed, patch-too-many */
export function readJsonPatch(bytes: Uint8Array): Patch {
  const body = parseJson(bytes);
  if (!Array.isArray(body)) throw malformed('RFC 6902: [ { "op": …, "path": …, "value": … } ]');
  requireCount(body.length);
  const list = body.map(operationOf);
  return { names: list.flatMap(namesOf), apply: (document) => apply(list, document) };
}

function operationOf(given: unknown, i: number): Operation {
  const wrong = (member: string): IssueError => malformed(`[${i}].${member} (RFC 6902 §4)`);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong('op');
  const { op, path, from } = given as { op?: unknown; path?: unknown; from?: unknown };
  if (typeof op !== 'string' || !operations.includes(op)) throw wrong(`op: ${operations.join(' | ')}`);
  if (typeof path !== 'string' || path.length > maxPath) throw wrong('path');
  if (withValue.includes(op) && !Object.hasOwn(given, 'value')) throw wrong('value');
  if (withFrom.includes(op) && (typeof from !== 'string' || from.length > maxPath)) throw wrong('from');
  return given as Operation;
}

/** Of paths that are none, nothing is said: they are refused when it is known what to write instead. */
function namesOf(operation: Operation): string[] {
  if (operation.op === 'test') return [];
  const paths = [operation.path, ...(operation.op === 'move' ? [operation.from] : [])];
  return paths
    .filter((p) => pointer.test(p) && !/^\/(?:extension\s*\[|DocumentReference(?:\/|$))/.test(p))
    .flatMap((p) => tokensOf(p)[0] ?? '*')
    .filter((name) => !forbidden.includes(name));
}

function apply(list: readonly Operation[], document: DocumentReference): ReturnType<Patch['apply']> {
  const resource = structuredClone(document);
  const touched: Touch[] = [];
  list.forEach((operation, i) => {
    const { op, path } = operation;
    const [tokens, from] = [path, 'from' in operation ? operation.from : undefined].map((p) =>
      p === undefined ? undefined : requirePointer(p, document),
    );
    if (op === 'test') {
      if (isDeepStrictEqual(valueAt(tokens ?? [], resource), operation.value)) return;
      throw new IssueError({ key: 'patch-test-failed', values: { index: i } });
    }
    // `copy` writes at `path` only.
    touched.push(touchOf(tokens ?? [], resource, 'value' in operation ? operation.value : undefined));
    if (from && op === 'move') touched.push(touchOf(from, resource));
    if (tokens?.length === 0) return; // the whole resource: refused by what it touches
    if (from) requirePlace(from, resource, i, false);
    if (from && op === 'copy') requireSmall(from, resource, i);
    if (tokens) requirePlace(tokens, resource, i, op !== 'remove' && op !== 'replace');
    const [error] = applyPatch(resource, [operation]);
    if (error) throw notApplicable(i, `${op} ${path}`);
  });
  return { resource, touched };
}

/** The tokens of a path. @throws IssueError patch-path */
function requirePointer(path: string, document: DocumentReference): string[] {
  if (/\[\s*url/i.test(path) || /^\/?(?:DocumentReference\/)?extension\s*\[/i.test(path))
    throw badPath(path, 'RFC 6901', archivedRemedy(document));
  if (!pointer.test(path)) {
    const element = /^(?:DocumentReference[./])?(status|securityLabel)\b/.exec(path)?.[1];
    throw badPath(path, 'RFC 6901', element ? `/${element}` : '/status | /securityLabel | /extension/<n>/valueBoolean');
  }
  const tokens = tokensOf(path);
  if (tokens.some((t) => forbidden.includes(t))) throw badPath(path, 'FHIR R4', '/status');
  if (tokens[0] === 'DocumentReference')
    throw badPath(path, 'RFC 6901', path.replace('/DocumentReference', '') || '/status');
  return tokens;
}

/** How isArchived is reached in this document. */
function archivedRemedy({ extension }: DocumentReference): string {
  const at = extension?.findIndex((e) => e.url === extIsArchived) ?? -1;
  return at >= 0
    ? `{ "op": "replace", "path": "/extension/${at}/valueBoolean", "value": true } (url ${extIsArchived}; true | false)`
    : `{ "op": "add", "path": "/extension/-", "value": { "url": "${extIsArchived}", "valueBoolean": true } }`;
}

function touchOf([first, second, ...rest]: string[], resource: DocumentReference, value?: unknown): Touch {
  if (first === undefined) return { element: '*' };
  const element = first.replace(/^_/, '');
  if (element === 'extension' && second !== undefined && index.test(second)) {
    const url = resource.extension?.[Number(second)]?.url;
    return { element, ...(typeof url === 'string' ? { url } : {}) };
  }
  const isLabel = first === 'securityLabel' && second !== undefined && rest.length === 0;
  return { element, ...(isLabel && value !== undefined ? { label: value } : {}) };
}

/** What stands at a place; undefined when nothing does. */
function valueAt(tokens: readonly string[], resource: unknown): unknown {
  return tokens.reduce((node, token) => {
    const isThere = Array.isArray(node) ? index.test(token) : typeof node === 'object' && node !== null;
    return isThere && Object.hasOwn(node as object, token) ? (node as Record<string, unknown>)[token] : undefined;
  }, resource);
}

/** @throws IssueError patch-not-applicable */
function requireSmall(from: readonly string[], resource: unknown, i: number): void {
  if (JSON.stringify(valueAt(from, resource)).length > maxCopy) throw notApplicable(i, `copy > ${maxCopy}`);
}

/** Walks to the place: every step must be there, the last too unless it is made. @throws IssueError patch-not-applicable */
function requirePlace(tokens: readonly string[], resource: unknown, i: number, isMade: boolean): void {
  let here = resource;
  tokens.forEach((token, depth) => {
    const isLast = depth === tokens.length - 1;
    const missing = (): IssueError => notApplicable(i, `/${tokens.slice(0, depth + 1).join('/')}`);
    if (Array.isArray(here)) {
      const end = isLast && isMade;
      if (token === '-' && end) return;
      if (!index.test(token) || Number(token) > here.length - (end ? 0 : 1)) throw missing();
      here = here[Number(token)] as unknown;
    } else if (typeof here === 'object' && here !== null) {
      if (!Object.hasOwn(here, token) && !(isLast && isMade)) throw missing();
      here = (here as Record<string, unknown>)[token];
    } else throw missing();
  });
}
