/**
 * Does the JSON have the shape of its FHIR type? Objects, arrays and primitives where R4 wants them, no unknown property,
 * no empty value, one choice of `value[x]`, known resource types, codes of required bindings. What Medplum does not check,
 * or answers unclearly, or stumbles over, is settled here first; Medplum then only sees what is safe to walk.
 *
 * FHIR R4 json.html ("no null, no empty array, no empty object"), terminologies.html#required.
 */
import { tryGetDataType, type InternalSchemaElement, type InternalTypeSchema } from '@medplum/core';
import { intervalOf } from '../../../mappings/codecs/dtm.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { cleanNarrative, NarrativeError } from '../xml/narrative.ts';
import { loadDefinitions, type CodeList } from './definitions.ts';

type Json = Record<string, unknown>;

/** Nesting of FHIR elements that we follow; real resources stay under 20. */
const maxDepth = 60;
/** Contained resources of one resource: each reference of it is looked for among them. */
const maxContained = 500;

/**
 * Characters that neither FHIR nor XML 1.0, in which everything travels on, can hold: controls, non-characters, halves of
 * surrogate pairs.
 */
const notXml =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Their patterns let 30 February pass, which no calendar has (R4 datatypes.html#date: “valid dates”). */
const times = new Set(['date', 'dateTime', 'instant']);

const numbers = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);
/** JSON type of a primitive. */
export const jsonTypeOf = (type: string): 'number' | 'boolean' | 'string' =>
  numbers.has(type) ? 'number' : type === 'boolean' ? 'boolean' : 'string';
export const isPrimitive = (type: string): boolean =>
  /^[a-z]/.test(type) || type.startsWith('http://hl7.org/fhirpath/');
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found: `safe` says that Medplum can walk the resource. */
export interface Shape {
  issues: Issue[];
  safe: boolean;
}

/** Walks a resource. @param resource any JSON value @param path FHIRPath of it, e.g. `DocumentReference` */
export function checkShape(resource: unknown, path: string): Shape {
  const walk = new Walk();
  walk.resource(resource, path, 0);
  return { issues: walk.issues, safe: walk.safe };
}

class Walk {
  readonly issues: Issue[] = [];
  safe = true;
  private readonly definitions = loadDefinitions();

  private fault(issue: Issue, safe = false): void {
    this.issues.push(issue);
    if (!safe) this.safe = false;
  }

  resource(value: unknown, path: string, depth: number): void {
    if (!isObject(value)) return this.wrongJson(path, 'object');
    const type = value.resourceType;
    if (typeof type !== 'string') {
      return this.fault({ key: 'required', expression: path, values: { element: 'resourceType', rule: 'FHIR R4' } });
    }
    if (!this.definitions.types.has(type)) {
      return this.fault({ key: 'resource-unknown', expression: path, values: { type: type.slice(0, 64) } });
    }
    if (Array.isArray(value.contained) && value.contained.length > maxContained) {
      const values = { detail: `contained > ${maxContained}` };
      return this.fault({ key: 'structure', expression: `${path}.contained`, values });
    }
    this.object(value, tryGetDataType(type), path, depth);
  }

  private object(value: Json, schema: InternalTypeSchema | undefined, path: string, depth: number): void {
    if (!schema) return;
    if (depth > maxDepth)
      return this.fault({ key: 'structure', expression: path, values: { detail: `depth > ${maxDepth}` } });
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    if (keys.length === 0) return this.empty(path);
    const chosen = new Map<string, string>();
    for (const key of keys) {
      if (key === 'resourceType') continue;
      const name = key.startsWith('_') ? key.slice(1) : key;
      const property = findProperty(schema, name);
      const here = `${path}.${name}`;
      if (!property || (key !== name && !isPrimitive(property.type))) {
        this.fault({
          key: 'property-unknown',
          expression: `${path}.${key.slice(0, 64)}`,
          values: { name: key.slice(0, 64), type: schema.name },
        });
        continue;
      }
      const before = chosen.get(property.name);
      if (before !== undefined && before !== name)
        this.fault({ key: 'choice-duplicate', expression: here, values: { element: property.name } });
      chosen.set(property.name, name);
      if (key !== name) this.primitiveExtension(value[key], property.element, here, depth);
      else this.property(value[key], value[`_${key}`], property, here, depth);
    }
  }

  private property(value: unknown, shadow: unknown, { element, type }: Property, path: string, depth: number): void {
    if (value === null) return this.empty(path);
    if (!element.isArray) {
      if (Array.isArray(value)) return this.wrongJson(path, isPrimitive(type) ? jsonTypeOf(type) : 'object');
      return this.value(value, element, type, path, depth);
    }
    if (!Array.isArray(value)) return this.wrongJson(path, 'array');
    if (value.length === 0) return this.empty(path);
    value.forEach((item: unknown, i) => {
      // A null holds the place of a primitive that has only an extension.
      if (item === null && isPrimitive(type) && Array.isArray(shadow) && isObject(shadow[i])) return;
      this.value(item, element, type, `${path}[${i}]`, depth);
    });
  }

  private value(value: unknown, element: InternalSchemaElement, type: string, path: string, depth: number): void {
    if (value === null) return this.empty(path);
    if (isPrimitive(type)) {
      if (typeof value !== jsonTypeOf(type)) return this.wrongJson(path, jsonTypeOf(type));
      if (typeof value === 'string' && value.trim() === '') return this.empty(path);
      if (typeof value === 'string' && notXml.test(value))
        return this.fault(
          {
            key: 'value-invalid',
            expression: path,
            values: { element: path, detail: 'U+0000–001F, U+FFFE, U+D800–DFFF' },
          },
          true,
        );
      if (times.has(type) && intervalOf(value as string) === undefined)
        this.fault({ key: 'value-format', expression: path, values: { element: path, type } }, true);
      if (type === 'code') this.code(value as string, element, path);
      if (type === 'xhtml') this.narrative(value as string, path);
      return;
    }
    if (type === 'Resource') return this.resource(value, path, depth + 1);
    if (!isObject(value)) return this.wrongJson(path, 'object');
    this.object(value, tryGetDataType(type), path, depth + 1);
    const list = this.list(element);
    if (list && type === 'Coding') this.coding(value, list, element, path);
    if (list && type === 'CodeableConcept' && Array.isArray(value.coding)) {
      const codings = value.coding.filter(isObject);
      if (!codings.some((c) => list.codings.has(`${String(c.system)}|${String(c.code)}`)) && codings[0])
        this.coding(codings[0], list, element, `${path}.coding[0]`);
    }
  }

  private primitiveExtension(value: unknown, element: InternalSchemaElement, path: string, depth: number): void {
    const schema = tryGetDataType('Element');
    const each = element.isArray ? (Array.isArray(value) ? value : [value]) : [value];
    each.forEach((item: unknown, i) => {
      if (element.isArray && item === null) return;
      const here = element.isArray ? `${path}[${i}]` : path;
      if (isObject(item)) this.object(item, schema, here, depth + 1);
      else this.wrongJson(here, 'object');
    });
  }

  private narrative(div: string, path: string): void {
    try {
      cleanNarrative(div);
    } catch (e) {
      if (!(e instanceof NarrativeError)) throw e;
      this.fault({ key: 'narrative', expression: path, values: { detail: e.detail } }, true);
    }
  }

  private code(code: string, element: InternalSchemaElement, path: string): void {
    const list = this.list(element);
    if (list && !list.codes.has(code)) this.unknownCode(code, element, path);
  }

  private coding(coding: Json, list: CodeList, element: InternalSchemaElement, path: string): void {
    if (!list.codings.has(`${String(coding.system)}|${String(coding.code)}`))
      this.unknownCode(String(coding.code), element, path);
  }

  private list(element: InternalSchemaElement): CodeList | undefined {
    const { binding } = element;
    return binding?.valueSet === undefined ? undefined : this.definitions.codeLists.get(binding.valueSet);
  }

  private unknownCode(code: string, element: InternalSchemaElement, path: string): void {
    const valueSet = (element.binding?.valueSet ?? '').split('|')[0] ?? '';
    this.fault({ key: 'code-unknown', expression: path, values: { code: code.slice(0, 64), valueSet } }, true);
  }

  private wrongJson(path: string, expected: string): void {
    this.fault({ key: 'json-type', expression: path, values: { element: path, expected } });
  }

  private empty(path: string): void {
    this.fault({ key: 'value-empty', expression: path, values: { element: path } });
  }
}

interface Property {
  /** as in the definition: `value[x]` */
  name: string;
  element: InternalSchemaElement;
  type: string;
}

/** The element that a JSON key stands for, choice types included. */
function findProperty(schema: InternalTypeSchema, key: string): Property | undefined {
  const plain = Object.hasOwn(schema.elements, key) ? schema.elements[key] : undefined;
  if (plain) return { name: key, element: plain, type: plain.type[0]?.code ?? 'Element' };
  for (const [name, element] of Object.entries(schema.elements)) {
    if (!name.endsWith('[x]')) continue;
    const stem = name.slice(0, -3);
    if (!key.startsWith(stem)) continue;
    const type = element.type.find((t) => key === stem + t.code.charAt(0).toUpperCase() + t.code.slice(1));
    if (type) return { name, element, type: type.code };
  }
  return undefined;
}
