/**
 * The parts of an OpenAPI 3.1 document that are built here: each room that serves something writes its own (`DocumentPart`). A JSON
 * Schema is any JSON: 2020-12 says what it means.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type Schema = { readonly [key: string]: Json | undefined };
export interface Ref {
  $ref: string;
}

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  description?: string;
  required?: boolean;
  schema: Schema;
  example?: Json;
}

export interface Media {
  schema?: Schema | Ref;
  examples?: Record<string, { summary?: string; value: Json } | Ref>;
}

export interface Body {
  description?: string;
  required?: boolean;
  content: Record<string, Media>;
}

export interface Response {
  description: string;
  headers?: Record<string, Ref>;
  content?: Record<string, Media>;
}

/** A name of a security scheme → the scopes that it needs; all of one object together, one object of a list enough. */
export type SecurityRequirement = Record<string, readonly string[]>;

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: (Parameter | Ref)[];
  requestBody?: Body;
  responses: Record<string, Response | Ref>;
  security?: SecurityRequirement[];
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type Paths = Record<string, Partial<Record<Method, Operation>>>;

/** Of the document, what belongs together: its tags and paths, and what these name. */
export interface DocumentPart {
  tags: readonly { name: string; description: string }[];
  paths: Paths;
  /** Referred to by its paths, beside those of the FHIR types. */
  schemas?: Readonly<Record<string, Schema>>;
  /** The same of its security. */
  securitySchemes?: Readonly<Record<string, Json>>;
}

/** What operations refer to by name. */
export interface Components {
  schemas: Record<string, Schema>;
  parameters: Record<string, Parameter>;
  headers: Record<string, { description: string; schema: Schema }>;
  examples: Record<string, { summary: string; value: Json }>;
  responses: Record<string, Response>;
  securitySchemes: Record<string, Json>;
}

export const ref = (kind: keyof Components, name: string): Ref => ({ $ref: `#/components/${kind}/${name}` });
