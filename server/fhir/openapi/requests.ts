/** What an operation is sent: the body of each kind of route, in each media type that is read, with its examples. */
import type { OperationDefinitionParameter } from '@medplum/fhirtypes';
import { handlerName, type OpenDefinition, type ResourceDefinition } from '../definition.ts';
import { fhirJson, fhirNdjson, fhirXml } from '../negotiation.ts';
import { patchFormats } from '../patch/index.ts';
import type { Route } from '../router.ts';
import { examplesOf } from './examples.ts';
import { isUsual } from './parameter-examples.ts';
import { searchParameters } from './parameters.ts';
import type { Schemas } from './schemas.ts';
import { ref, type Body, type Media, type Ref, type Schema } from '../../openapi/types.ts';

const media = (handler: string, contentType: string, schema: Schema): Media => {
  const names = examplesOf(handler, contentType);
  const examples = Object.fromEntries(names.map((name): [string, Ref] => [name, ref('examples', name)]));
  return { schema, ...(names.length > 0 ? { examples } : {}) };
};

/** A resource, in JSON or XML. */
const resourceBody = (handler: string, schema: Schema, required = true): Body => ({
  required,
  content: { [fhirJson]: media(handler, fhirJson, schema), [fhirXml]: { schema: { type: 'string' } } },
});

/** The body of a route; undefined when it reads none. @param inputs in-parameters of its operation */
export function bodyOf(
  route: Route,
  schemas: Schemas,
  inputs: readonly OperationDefinitionParameter[],
): Body | undefined {
  const handler = handlerName(route.type, route.interaction);
  switch (route.body) {
    case 'own':
      return resourceBody(handler, schemas.of(route.type ?? 'Bundle'));
    case 'raw':
      return {
        required: true,
        content: Object.fromEntries(patchFormats.map((f) => [f, media(handler, f, patchSchema(f, schemas))])),
      };
    case 'lines':
      return { required: true, content: { [fhirNdjson]: media(handler, fhirNdjson, { type: 'string' }) } };
    case 'any': {
      const parameters = schemas.of('Parameters');
      const own = ownResource(route, schemas, inputs);
      const required = inputs.some((p) => p.min > 0);
      return resourceBody(handler, own ? { anyOf: [parameters, own] } : parameters, required);
    }
    case 'form':
    case 'none':
      return undefined;
  }
}

/**
 * A resource that may stand alone in the body, when the operation has one as its input (R4 operations.html#request). An input of any
 * type is, of `$validate`, one of the route's own.
 */
function ownResource(
  { type: own, interaction }: Route,
  schemas: Schemas,
  inputs: readonly OperationDefinitionParameter[],
): Schema | undefined {
  const [type] = inputs.map((p) => p.type ?? '').filter((t) => /^[A-Z]/.test(t) && schemas.isResource(t));
  if (type === undefined) return undefined;
  return schemas.of(type === 'Resource' && interaction.operation?.name === 'validate' ? (own ?? type) : type);
}

const patchSchema = (format: string, schemas: Schemas): Schema => {
  if (format === fhirJson) return schemas.of('Parameters');
  if (format !== 'application/json-patch+json') return { type: 'string' };
  return {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['op', 'path'],
      properties: {
        op: { enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] },
        path: { type: 'string' },
        from: { type: 'string' },
        value: {},
      },
      additionalProperties: false,
    },
  };
};

/** The form of a `_search`: the parameters of the search by GET. */
export function searchForm(definition: ResourceDefinition | OpenDefinition): Body {
  const { type } = definition;
  const all = searchParameters(definition);
  const usual = all.flatMap(([, { name, example }]) => (isUsual(type, name) ? [[name, example] as const] : []));
  return {
    content: {
      'application/x-www-form-urlencoded': {
        schema: {
          type: 'object',
          properties: Object.fromEntries(
            all.map(([key, { name }]) => [name, { $ref: `#/components/parameters/${key}/schema` }]),
          ),
        },
        ...(usual.length > 0
          ? { examples: { usual: { summary: 'As it is usually asked', value: Object.fromEntries(usual) } } }
          : {}),
      },
    },
  };
}
