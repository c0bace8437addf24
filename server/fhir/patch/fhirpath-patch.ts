/**
 * FHIRPath Patch (FHIR R4 fhirpatch.html): a Parameters resource of operations add, insert, delete, replace, move, in JSON or
 * in XML.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { parsePath, propertyOf, select, type Place, type Step } from './fhirpath.ts';
import { malformed, notApplicable, requireCount, type Patch, type Touch } from './patch.ts';
import { wrongType } from '../wrong-type.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kinds = ['add', 'insert', 'delete', 'replace', 'move'] as const;
interface Operation {
  type: (typeof kinds)[number];
  steps: Step[];
  /** as written */
  path: string;
  name?: string;
  /** The value, and the `value[x]` that it came in. */
  value?: { is: unknown; type?: string };
  index?: number;
  source?: number;
  destination?: number;
}

/** Elements of what may be patched that are lists in JSON. */
const lists: readonly string[] = ['extension', 'securityLabel', 'coding'];
/** Names that are no element. */
const propertyName = /^[a-z][A-Za-z]{0,63}(?:\[x\])?$/;

/** @throws IssueError patch-malformed, patch-path, patch-too-many, wrong-resource-type */
export function readFhirPathPatch(parameters: unknown): Patch {
  const { resourceType, parameter } = isObject(parameters) ? parameters : {};
  if (resourceType !== 'Parameters') throw wrongType('Parameters', resourceType);
  if (!Array.isArray(parameter)) throw malformed('Parameters.parameter');
  requireCount(parameter.length);
  const list = parameter.map(operationOf);
  return {
    names: list.map(({ steps: [first], name }) => (first?.kind === 'child' ? first.name : (name ?? '*'))),
    apply(document) {
      const resource = structuredClone(document);
      const touched = list.map((operation, i) => perform(operation, resource, i));
      return { resource, touched };
    },
  };
}

function operationOf(parameter: unknown, i: number): Operation {
  const at = `Parameters.parameter[${i}]`;
  if (!isObject(parameter) || parameter.name !== 'operation' || !Array.isArray(parameter.part))
    throw malformed(`${at}: name = operation, part[type, path, …]`);
  const parts = new Map<string, Json>();
  for (const part of parameter.part as unknown[]) {
    if (!isObject(part) || typeof part.name !== 'string' || parts.has(part.name)) throw malformed(`${at}.part`);
    parts.set(part.name, part);
  }
  const typed = <T>(name: string, is: (value: unknown) => value is T): T | undefined => {
    const part = parts.get(name);
    const value = part && valueOf(part, at).is;
    if (part && !is(value)) throw malformed(`${at}.part(${name.slice(0, 20)})`);
    return value as T | undefined;
  };
  const text = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const type = typed('type', text);
  const path = typed('path', text);
  if (!kinds.includes(type as Operation['type'])) throw malformed(`${at}.part(type): ${kinds.join(' | ')}`);
  if (path === undefined) throw malformed(`${at}.part(path)`);
  const given = parts.get('value');
  const operation: Operation = {
    type: type as Operation['type'],
    path,
    steps: parsePath(path),
    ...optional('name', typed('name', text)),
    ...optional('value', given && valueOf(given, at)),
    ...optional('index', typed('index', count)),
    ...optional('source', typed('source', count)),
    ...optional('destination', typed('destination', count)),
  };
  for (const needed of needs[operation.type])
    if (operation[needed] === undefined) throw malformed(`${at}.part(${needed})`);
  if (operation.name !== undefined && !propertyName.test(operation.name)) throw malformed(`${at}.part(name)`);
  return operation;
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: V };

/** What each operation cannot do without. */
const needs: Record<Operation['type'], readonly (keyof Operation)[]> = {
  add: ['name', 'value'],
  insert: ['value', 'index'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

/**
 * The value of a part: `value[x]`, or an element made of parts, one each property (fhirpatch.html: types that Parameters
 * does not have).
 */
function valueOf(part: Json, at: string, depth = 0): { is: unknown; type?: string } {
  const keys = Object.keys(part).filter((k) => /^value[A-Z]/.test(k));
  const [key] = keys;
  if (depth > 5 || keys.length + (part.part === undefined ? 0 : 1) !== 1) throw malformed(`${at}.part.value[x]`);
  if (key !== undefined) return { is: part[key], type: key };
  if (!Array.isArray(part.part)) throw malformed(`${at}.part.part`);
  const made: Json = {};
  for (const each of part.part as unknown[]) {
    if (!isObject(each) || typeof each.name !== 'string' || !propertyName.test(each.name))
      throw malformed(`${at}.part.part`);
    const { is, type } = valueOf(each, at, depth + 1);
    put(made, each.name, is, type, () => malformed(`${at}.part.part`));
  }
  return { is: made };
}

/** Adds a value to an element: at the end of a list, or where nothing is yet. */
function put(node: Json, name: string, value: unknown, type: string | undefined, twice: () => Error): void {
  const choice = /^value(?:\[x\])?$/.test(name);
  const property = choice && type !== undefined ? type : name;
  if (lists.includes(property)) {
    const list = (node[property] ??= []);
    if (!Array.isArray(list)) throw twice();
    list.push(value);
  } else {
    if (propertyOf(node, choice ? 'value' : property) !== undefined) throw twice();
    node[property] = value;
  }
}

function perform(operation: Operation, resource: DocumentReference, i: number): Touch {
  const { type, steps, path } = operation;
  const root = resource as unknown as Json;
  const fail = (): Error => notApplicable(i, `${type} ${path.slice(0, 200)}`);
  if (type === 'insert' || type === 'move') return inList(operation, root, fail);
  const places = select(root, steps);
  const [place] = places;
  if (!place) {
    // `delete` of what is not there is done already; the other two need their place.
    if (type === 'delete') return touchOfSteps(steps);
    throw fail();
  }
  if (places.length > 1) throw fail();
  if (type === 'add') {
    const { name = '', value } = operation;
    if (!isObject(place.value)) throw fail();
    const touch = touchOf([...place.path, name], resource, value?.is);
    put(place.value, name, structuredClone(value?.is), value?.type, fail);
    return touch;
  }
  if (place.path.length === 0) return { element: '*' };
  const touch = touchOf(place.path, resource, type === 'replace' ? operation.value?.is : undefined);
  if (type === 'delete') take(place, root);
  else replace(place, operation);
  return touch;
}

function replace({ holder, key }: Place, { value }: Operation): void {
  (holder as Record<string | number, unknown>)[key] = structuredClone(value?.is);
}

/** Takes a value out; a list that becomes empty goes too, for FHIR has no empty lists. */
function take({ holder, key, path }: Place, root: Json): void {
  if (!Array.isArray(holder)) {
    delete holder[key];
    return;
  }
  holder.splice(key as number, 1);
  if (holder.length > 0) return;
  const owner = path.slice(0, -2).reduce<unknown>((node, k) => (node as Record<string | number, unknown>)[k], root);
  delete (owner as Json)[path.at(-2) as string];
}

/** insert and move: the path names a list. */
function inList(operation: Operation, root: Json, fail: () => Error): Touch {
  const { steps, type, value } = operation;
  const last = steps.at(-1);
  const owners = select(root, steps.slice(0, -1));
  const owner = owners[0]?.value;
  if (last?.kind !== 'child' || owners.length !== 1 || !isObject(owner) || !lists.includes(last.name)) throw fail();
  const list = (owner[last.name] ?? []) as unknown[];
  const { index = 0, source = 0, destination = 0 } = operation;
  if (type === 'insert') {
    if (index > list.length) throw fail();
    list.splice(index, 0, structuredClone(value?.is));
    owner[last.name] = list;
  } else {
    if (source >= list.length || destination >= list.length) throw fail();
    list.splice(destination, 0, ...list.splice(source, 1));
  }
  const path = [...(owners[0]?.path ?? []), last.name];
  return path.length === 1 && type === 'insert' && last.name === 'securityLabel'
    ? { element: last.name, label: value?.is }
    : { element: String(path[0]) };
}

const touchOfSteps = ([first]: readonly Step[]): Touch => ({ element: first?.kind === 'child' ? first.name : '*' });

/** @param value what is written there as a whole, if anything */
function touchOf(path: readonly (string | number)[], resource: DocumentReference, value?: unknown): Touch {
  const [element, second] = path;
  if (element === undefined) return { element: '*' };
  if (element === 'extension' && typeof second === 'number') {
    const url = resource.extension?.[second]?.url;
    return { element, ...(url === undefined ? {} : { url }) };
  }
  const isLabel =
    element === 'securityLabel' && (path.length === 1 || (path.length === 2 && typeof second === 'number'));
  return { element: String(element), ...(isLabel && value !== undefined ? { label: value } : {}) };
}
