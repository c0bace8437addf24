/**
 * JSON Schemas (2020-12) of the resource types that are served, made of the R4 definitions that the validator reads: names,
 * cardinalities, types, short code lists. Closed, as FHIR's JSON is: a property that R4 does not have is refused.
 *
 * Not a copy of FHIR's own schema (60 000 lines): what a value of a type that nobody uses here looks like is left to R4. Choices of
 * many types (`value[x]` of an extension) are open, contained resources are any resource, and of our own definitions, which
 * are only read, the outer elements are described. Profiles, invariants and longer code lists are the validator's: `$validate`.
 */
import { tryGetDataType, type InternalSchemaElement, type InternalTypeSchema } from '@medplum/core';
import { codesOf, loadDefinitions } from '../validation/definitions.ts';
import { isPrimitive, jsonTypeOf } from '../validation/shape.ts';
import type { Json, Schema } from '../../openapi/types.ts';

/** Codes that a reader takes in at a glance; longer lists are named, not repeated. */
const mostCodes = 20;
/** A choice of more types is open. */
const mostChoices = 12;

const at = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** FHIR R4 datatypes.html#primitive, where the form says more than the JSON type. */
const forms: Readonly<Record<string, Schema>> = {
  instant: { format: 'date-time' },
  date: { pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' },
  dateTime: { pattern: '^\\d{4}(-\\d{2}(-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2}))?)?)?$' },
  time: { pattern: '^\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?$' },
  base64Binary: { contentEncoding: 'base64' },
  id: { pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
  positiveInt: { minimum: 1 },
  unsignedInt: { minimum: 0 },
};

/** Schemas by name, those of the data types in use included. */
export class Schemas {
  private readonly made = new Map<string, Schema>();

  /** @param outlined types of which only the outer elements are described */
  constructor(private readonly outlined: ReadonlySet<string> = new Set()) {
    loadDefinitions();
    this.made.set('Resource', {
      description: 'Any resource of FHIR R4.',
      type: 'object',
      required: ['resourceType'],
      properties: { resourceType: { type: 'string' }, id: { type: 'string' } },
      additionalProperties: true,
    });
    this.made.set('Element', {
      description: 'What stands beside a primitive value, under its name after `_`: id and extensions.',
      type: ['object', 'array'],
    });
  }

  /** A reference to the schema of a type, which is made when it is not there. */
  of(type: string): Schema {
    if (!this.made.has(type)) {
      const definition = tryGetDataType(type);
      if (!definition) return this.of('Resource');
      this.made.set(type, {}); // holds the place: types name each other
      this.made.set(type, this.objectOf(type, definition));
    }
    return at(type);
  }

  /** Whether a type is a resource; `Resource` is any. */
  isResource(type: string): boolean {
    return type === 'Resource' || tryGetDataType(type)?.kind === 'resource';
  }

  /** In the order of their names. */
  all(): Record<string, Schema> {
    return Object.fromEntries([...this.made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private objectOf(type: string, { kind, elements, path }: InternalTypeSchema): Schema {
    const isResource = kind === 'resource' && !path.includes('.');
    const required = Object.entries(elements).filter(([name, e]) => e.min > 0 && !name.includes('[x]'));
    const choices = Object.entries(elements).filter(([name]) => name.endsWith('[x]'));
    const properties = Object.entries(elements).flatMap(([name, e]) => this.propertiesOf(name, e, type));
    const open = choices.filter(([, e]) => e.type.length > mostChoices).map(([name]) => name.slice(0, -3));
    return {
      ...(isResource ? { description: `FHIR R4 ${type}.` } : {}),
      type: 'object',
      ...(isResource || required.length > 0
        ? { required: [...(isResource ? ['resourceType'] : []), ...required.map(([name]) => name)] }
        : {}),
      properties: { ...(isResource ? { resourceType: { const: type } } : {}), ...Object.fromEntries(properties) },
      patternProperties: {
        '^_[a-z]': at('Element'),
        ...Object.fromEntries(open.map((stem) => [`^${stem}[A-Z]`, {}])),
      },
      additionalProperties: false,
    };
  }

  /** One property; of a choice one for each of its types. */
  private propertiesOf(name: string, element: InternalSchemaElement, owner: string): [string, Schema][] {
    if (!name.endsWith('[x]')) return [[name, this.listed(element, element.type[0]?.code ?? 'string', owner)]];
    if (element.type.length > mostChoices) return [];
    const stem = name.slice(0, -3);
    return element.type.map(({ code }) => [
      stem + code.charAt(0).toUpperCase() + code.slice(1),
      this.listed(element, code, owner),
    ]);
  }

  private listed(element: InternalSchemaElement, code: string, owner: string): Schema {
    const one = this.valueOf(element, code, owner);
    return element.isArray ? { type: 'array', items: one, minItems: 1 } : one;
  }

  private valueOf(element: InternalSchemaElement, code: string, owner: string): Schema {
    if (isPrimitive(code)) {
      const codes = code === 'code' ? this.codes(element) : undefined;
      const plain: Schema = { type: integers.has(code) ? 'integer' : jsonTypeOf(code), ...forms[code] };
      // In a list a null holds the place of a value that has only an extension.
      const whole = codes ? { ...plain, enum: codes } : plain;
      return element.isArray ? { anyOf: [whole, { type: 'null' }] } : whole;
    }
    if (code === 'Resource') return at('Resource');
    // A nested element (`DocumentReferenceContent`) of a type that is only outlined.
    if (this.outlined.has(owner) && !simple.has(code)) return { type: 'object' };
    return this.of(code);
  }

  private codes({ binding }: InternalSchemaElement): readonly Json[] | undefined {
    const list = binding?.valueSet === undefined ? undefined : codesOf(binding.valueSet);
    return list && list.length <= mostCodes ? list : undefined;
  }
}

const integers: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt']);
/** Data types that an outline shows. */
const simple: ReadonlySet<string> = new Set([
  'Identifier',
  'CodeableConcept',
  'Coding',
  'Meta',
  'Narrative',
  'Reference',
  'Period',
  'Extension',
]);
