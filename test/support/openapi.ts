/** An OpenAPI document as a test reads it: references resolved, schemas compiled by a validator that is not ours (Ajv). */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Media, Method, Parameter, Response } from '../../server/openapi/types.ts';

export interface Document {
  servers: { url: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: Record<'schemas' | 'parameters' | 'headers' | 'securitySchemes', Record<string, unknown>> & {
    responses: Record<string, Response>;
    examples: Record<string, { summary: string; value: unknown }>;
  };
}

/** An operation with the references of its first level resolved. */
export interface ResolvedOperation {
  tags: string[];
  operationId: string;
  method: Method;
  path: string;
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
  security: Record<string, string[]>[];
}

/** What a JSON pointer leads to. */
export function resolved<T>(document: Document, value: unknown): T {
  const { $ref } = value as { $ref?: string };
  if ($ref === undefined) return value as T;
  const steps = $ref.slice(2).split('/');
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step.replace(/~1/g, '/')], document) as T;
}

export const operationsOf = (document: Document): ResolvedOperation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, given]) => {
      const operation = given as Omit<ResolvedOperation, 'parameters' | 'security'> & Partial<ResolvedOperation>;
      const responses = Object.entries(operation.responses).map(([s, r]) => [s, resolved<Response>(document, r)]);
      return {
        ...operation,
        method: method as Method,
        path,
        parameters: (operation.parameters ?? []).map((p) => resolved<Parameter>(document, p)),
        responses: Object.fromEntries(responses) as Record<string, Response>,
        security: operation.security ?? [],
      };
    }),
  );

/** Whether a token of this API opens it, and nothing else does. */
export const needsToken = ({ security }: ResolvedOperation): boolean =>
  security.some((requirement) => 'bearer' in requirement);

/** What is wrong with a value by a schema of the document, in Ajv's words; nothing when it fits. */
export function validatorOf(document: Document): (schema: unknown, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'http://test.invalid/openapi.json', components: document.components });
  const compiled = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const key = JSON.stringify(schema);
    const text = key.replaceAll('"$ref":"#/', '"$ref":"http://test.invalid/openapi.json#/');
    if (!compiled.has(key)) compiled.set(key, ajv.compile(JSON.parse(text) as object));
    const validate = compiled.get(key)!;
    return validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
  };
}
