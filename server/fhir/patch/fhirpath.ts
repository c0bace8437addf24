/**
 * The part of FHIRPath that names a place in a resource, for FHIRPath Patch: elements, `[n]`, `first()`, `last()`,
 * `where(element = 'text')`, `extension('url')`. Whatever else FHIRPath has is refused: what a patch changes must be plain,
 * and its path must cost next to nothing.
 *
 * Inside `where`, code systems that are known under several URLs count as one (`mappings/terminology/systems.ts`).
 */
import { systemToOid } from '../../../mappings/terminology/systems.ts';
import { badPath, malformed, maxList, maxPath } from './patch.ts';

type Json = Record<string, unknown>;

export type Step =
  { kind: 'child'; name: string } | { kind: 'index'; at: number } | { kind: 'where'; path: string[]; value: string };

/** A place: `holder[key]` is its value. */
export interface Place {
  holder: Json | unknown[];
  key: string | number;
  value: unknown;
  /** From the resource down: names and indices. */
  path: readonly (string | number)[];
}

const understood =
  "DocumentReference.status | DocumentReference.securityLabel[0] | DocumentReference.securityLabel.where(coding.code='MASQUE_PS') | DocumentReference.extension.where(url='…').value";

const name = /^`?([A-Za-z][A-Za-z0-9]{0,63})`?/;
const bracket = /^\[\s*(\d{1,4})\s*\]/;
const call = /^(where|extension|first|last)\s*\(/;
const condition = /^\s*(?:\$this\.)?([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*){0,5})\s*=\s*/;
const quoted = /^'((?:[^'\\]|\\.)*)'\s*\)/;
const plain = /^(true|false|\d{1,9})\s*\)/;
/** Steps of a path. */
const maxSteps = 20;

const unescape = (text: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, c: string) =>
    c.startsWith('u') && c.length === 5
      ? String.fromCharCode(parseInt(c.slice(1), 16))
      : ({ n: '\n', r: '\r', t: '\t', f: '\f' }[c] ?? c),
  );

/**
 * The steps of a path below the resource.
 * @throws IssueError patch-path, with what is understood
 */
export function parsePath(text: string): Step[] {
  if (text.length > maxPath) throw badPath(text, 'FHIRPath', understood);
  let rest = text.trim();
  const wrong = (): Error => badPath(text, 'FHIRPath', understood);
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match) rest = rest.slice(match[0].length);
    return match ?? undefined;
  };
  const steps: Step[] = [];
  const root = take(/^(?:DocumentReference|\$this|%resource)(?![A-Za-z0-9])/);
  if (root && rest === '') return steps;
  if (root && !take(/^\s*\./)) throw wrong();
  for (;;) {
    if (steps.length > maxSteps) throw wrong();
    const called = take(call)?.[1];
    if (called === 'where') {
      const path = take(condition)?.[1]?.split('.');
      const value = path && (take(quoted) ?? take(plain))?.[1];
      if (!path || value === undefined) throw wrong();
      steps.push({ kind: 'where', path, value: unescape(value) });
    } else if (called === 'extension') {
      const url = take(/^\s*/) && take(quoted)?.[1];
      if (url === undefined) throw wrong();
      steps.push({ kind: 'child', name: 'extension' }, { kind: 'where', path: ['url'], value: unescape(url) });
    } else if (called !== undefined) {
      if (!take(/^\s*\)/)) throw wrong();
      steps.push({ kind: 'index', at: called === 'first' ? 0 : -1 });
    } else {
      const child = take(name)?.[1];
      if (child === undefined || ['constructor', 'prototype'].includes(child)) throw wrong();
      steps.push({ kind: 'child', name: child });
    }
    for (let at = take(bracket); at; at = take(bracket)) steps.push({ kind: 'index', at: Number(at[1]) });
    if (rest.trim() === '') return steps;
    if (!take(/^\s*\.\s*/)) throw wrong();
  }
}

/** The property that a name stands for: `value` is the `value[x]` that is there. */
export function propertyOf(node: Json, child: string): string | undefined {
  if (Object.hasOwn(node, child)) return child;
  return child === 'value' ? Object.keys(node).find((k) => /^value[A-Z]/.test(k)) : undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function childrenAt(place: Place, child: string): Place[] {
  const { value, path } = place;
  const key = isObject(value) ? propertyOf(value, child) : undefined;
  if (!isObject(value) || key === undefined) return [];
  const found = value[key];
  if (Array.isArray(found) && found.length > maxList) throw malformed(`${key} > ${maxList}`);
  return Array.isArray(found)
    ? found.map((item, i): Place => ({ holder: found, key: i, value: item, path: [...path, key, i] }))
    : [{ holder: value, key, value: found, path: [...path, key] }];
}

/** The places that the steps lead to in a resource. */
export function select(resource: Json, steps: readonly Step[]): Place[] {
  let places: Place[] = [{ holder: { resource }, key: 'resource', value: resource, path: [] }];
  for (const step of steps) {
    switch (step.kind) {
      case 'child':
        places = places.flatMap((p) => childrenAt(p, step.name));
        break;
      case 'index':
        places = places.slice(step.at, step.at === -1 ? undefined : step.at + 1);
        break;
      case 'where':
        places = places.filter((p) => holds(p, step.path, step.value));
    }
  }
  return places;
}

/** Whether what stands at the path below a place is, or contains, the text. */
function holds(place: Place, path: readonly string[], wanted: string): boolean {
  const found = path.reduce<Place[]>((places, child) => places.flatMap((p) => childrenAt(p, child)), [place]);
  const system = path.at(-1) === 'system' ? systemToOid(wanted) : undefined;
  return found.some(
    ({ value }) =>
      String(value) === wanted || (system !== undefined && typeof value === 'string' && systemToOid(value) === system),
  );
}
