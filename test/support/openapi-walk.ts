/**
 * Calls the operations of an OpenAPI document on a running stack, with the examples of the document, and holds each answer against what
 * the document says of it: status, media type, headers, schema. What was seen is kept, so that a test can ask what never was.
 */
import type { Resource } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { writeFhirXml } from '../../server/fhir/xml/write.ts';
import type { TokenOptions } from './outside-issuer.ts';
import { loadConfig } from '../../server/config.ts';
import { makeToken } from './outside-issuer.ts';
import { needsToken, operationsOf, resolved, validatorOf, type Document, type ResolvedOperation } from './openapi.ts';
import type { Kind, Stack } from './stack.ts';

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Ask {
  /** Null: without a token. */
  who?: Kind | TokenOptions | null;
  /** Values of the path. */
  path?: Record<string, string>;
  query?: Pairs;
  headers?: Record<string, string>;
  /** By default the first example of the document in the media type; null: none. */
  body?: unknown;
  /** By default FHIR JSON, a form for `_search`. */
  contentType?: string;
  accept?: string;
}

export interface Told {
  status: number;
  headers: Headers;
  text: string;
  /** Of JSON. */
  body: unknown;
}

export const fhirJson = 'application/fhir+json';
export const fhirXml = 'application/fhir+xml';
const form = 'application/x-www-form-urlencoded';

/** `text/html; charset=utf-8` → `text/html` */
const mediaOf = (header: string | null): string => (header ?? '').split(';')[0]!.trim();

export class Walk {
  readonly operations: Map<string, ResolvedOperation>;
  /** `operation status`, `operation → media type` (of an answer that is no error), `operation ← media type`, `operation success with header`. */
  readonly seen = new Set<string>();
  private readonly faults: (schema: unknown, value: unknown) => string[];
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly document: Document,
    private readonly stack: Stack,
  ) {
    this.operations = new Map(operationsOf(document).map((o) => [o.operationId, o]));
    this.faults = validatorOf(document);
  }

  operation(id: string): ResolvedOperation {
    const found = this.operations.get(id);
    if (!found) throw new Error(`${id} is not an operation of the document`);
    return found;
  }

  /** The value of an example of a request, the first when no name is given. */
  example(id: string, contentType: string, name?: string): unknown {
    const { examples = {} } = this.operation(id).requestBody?.content[contentType] ?? {};
    const key = name ?? Object.keys(examples)[0];
    return key === undefined ? undefined : resolved<{ value: unknown }>(this.document, examples[key]).value;
  }

  /** Sends it, and holds the answer against the document. */
  async send(id: string, ask: Ask = {}): Promise<Told> {
    const operation = this.operation(id);
    const type = ask.contentType ?? this.typeOf(operation);
    const sent = await this.bodyOf(operation, type, ask);
    const answer = await fetch(this.urlOf(operation, ask), {
      method: operation.method.toUpperCase(),
      redirect: 'manual',
      headers: {
        accept: ask.accept ?? fhirJson,
        ...(ask.who === null || !needsToken(operation) ? {} : await this.authorization(ask.who ?? 'doctor')),
        ...(sent === undefined ? {} : { 'content-type': type }),
        ...ask.headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const told = await this.toldBy(answer);
    this.holds(operation, told);
    if (sent !== undefined && told.status < 300) this.seen.add(`${id} ← ${type}`);
    return told;
  }

  private typeOf({ requestBody }: ResolvedOperation): string {
    const types = Object.keys(requestBody?.content ?? {});
    return types.includes(fhirJson) ? fhirJson : (types[0] ?? fhirJson);
  }

  private urlOf({ path, operationId }: ResolvedOperation, { path: values = {}, query = [] }: Ask): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${operationId}: no ${name}`);
      return encodeURIComponent(value);
    });
    const search = new URLSearchParams(query.map(([n, v]): [string, string] => [n, v])).toString();
    return `${this.document.servers[0]!.url}${filled}${search === '' ? '' : `?${search}`}`;
  }

  private async bodyOf(operation: ResolvedOperation, type: string, ask: Ask): Promise<string | undefined> {
    if (!operation.requestBody || ask.body === null) return undefined;
    // The same in XML: the document shows the JSON.
    const isXml = type === fhirXml && ask.body === undefined;
    const value = ask.body ?? this.example(operation.operationId, isXml ? fhirJson : type);
    if (value === undefined) return undefined;
    if (type === form) return new URLSearchParams(value as Record<string, string>).toString();
    if (typeof value === 'string') return value;
    return type === fhirXml ? writeFhirXml(value as Resource, false) : JSON.stringify(value);
  }

  private async authorization(who: Kind | TokenOptions): Promise<{ authorization: string }> {
    const options = typeof who === 'string' ? { person: who } : who;
    const key = JSON.stringify(options);
    if (!this.tokens.has(key)) this.tokens.set(key, makeToken(loadConfig(this.stack.environment), options));
    return { authorization: `Bearer ${await this.tokens.get(key)!}` };
  }

  private async toldBy(answer: Response): Promise<Told> {
    const text = await answer.text();
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '') && text !== '' && answer.status !== 206;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? (JSON.parse(text) as unknown) : undefined,
    };
  }

  /** The answer is one that the document tells of. */
  private holds({ operationId, responses }: ResolvedOperation, { status, headers, text, body }: Told): void {
    const where = `${operationId} ${status} ${text.slice(0, 900)}`;
    const response = responses[String(status)];
    if (!response) throw new Error(`${where}: the document does not tell of this status`);
    this.seen.add(`${operationId} ${status}`);
    for (const name of Object.keys(this.document.components.headers).filter((n) => headers.has(n))) {
      expect(Object.keys(response.headers ?? {}), where).toContain(name);
      this.seen.add(`${operationId} ${status < 400 ? 'success' : status} with ${name}`);
    }
    expect(headers.has('x-request-id'), where).toBe(true);
    if (text === '') return;
    const media = mediaOf(headers.get('content-type'));
    const content = response.content ?? {};
    const told = content[media] ?? content['*/*'];
    expect(told, `${where}: ${media}`).toBeDefined();
    if (status < 300) this.seen.add(`${operationId} → ${content[media] ? media : '*/*'}`);
    if (body !== undefined) expect(this.faults(told!.schema, body), where).toEqual([]);
  }
}
