/**
 * What a FHIR type looks like in XML, taken from the StructureDefinitions and kept: elements in their order, choice types
 * by the name that they have in the XML (`valueString`), attributes (FHIR R4 xml.html: `id` of elements, `url` of
 * extensions), and how a primitive is written.
 */
import { tryGetDataType } from '@medplum/core';
import { loadDefinitions } from '../validation/definitions.ts';

export const fhirNamespace = 'http://hl7.org/fhir';

export interface Property {
  /** as in XML and in JSON: `status`, `valueString` */
  name: string;
  /** FHIR type: `code`, `Extension`, `DocumentReferenceContent`, `Resource` */
  type: string;
  kind: 'attribute' | 'primitive' | 'xhtml' | 'resource' | 'object';
  isArray: boolean;
  /** place in the sequence of its type */
  order: number;
}

export interface Plan {
  type: string;
  properties: ReadonlyMap<string, Property>;
}

const plans = new Map<string, Plan>();

/** The plan of a data type, a backbone element or a resource type; undefined when the definitions have none. */
export function planOf(type: string): Plan | undefined {
  const known = plans.get(type);
  if (known) return known;
  loadDefinitions();
  const schema = tryGetDataType(type);
  if (!schema) return undefined;
  const isResource = isResourceType(type);
  const properties = new Map<string, Property>();
  const add = (name: string, of: string, isArray: boolean): void => {
    const isAttribute = (name === 'id' && !isResource) || (name === 'url' && type === 'Extension');
    const kind = isAttribute ? 'attribute' : kindOf(of);
    properties.set(name, { name, type: of, kind, isArray, order: properties.size });
  };
  for (const [name, { type: types, isArray }] of Object.entries(schema.elements)) {
    if (!name.endsWith('[x]')) add(name, types[0]?.code ?? 'Element', isArray ?? false);
    else
      for (const { code } of types) add(name.slice(0, -3) + code.charAt(0).toUpperCase() + code.slice(1), code, false);
  }
  const plan = { type, properties };
  plans.set(type, plan);
  return plan;
}

function kindOf(type: string): Property['kind'] {
  if (type === 'xhtml') return 'xhtml';
  if (type === 'Resource') return 'resource';
  return /^[a-z]/.test(type) ? 'primitive' : 'object';
}

/** Whether this is a resource type that passes through here. */
export const isResourceType = (type: string): boolean => loadDefinitions().types.has(type);
