/** What is open beside the FHIR resources: the statement, discovery, health, documentation, this document. */
import { plainDocs } from '../docs/pages.ts';
import { wellKnown } from '../resource-metadata.ts';
import { byStatus, headerRefs, shared } from '../../openapi/refs.ts';
import { resourceContent } from './responses.ts';
import type { Schemas } from './schemas.ts';
import type { DocumentPart, Media, Operation, Parameter, Response, Schema } from '../../openapi/types.ts';

const json = (schema: Schema): Record<string, Media> => ({ 'application/json': { schema } });
const object: Schema = { type: 'object' };

interface Plain {
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  content: Record<string, Media>;
  parameters?: readonly Parameter[];
  shared?: readonly string[];
  headers?: readonly string[];
  /** beside 200 */
  more?: Record<string, Response>;
  errors?: readonly number[];
}

function operation(plain: Plain): Operation {
  const { operationId, tag, summary, description, content, parameters = [], headers = [], more, errors = [] } = plain;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    parameters: [...parameters, ...shared(...(plain.shared ?? []), 'X-Request-Id')],
    responses: {
      200: { description: 'As asked.', headers: headerRefs(['X-Request-Id', ...headers]), content },
      ...more,
      ...byStatus([...errors, 431, 500]),
    },
    security: [],
  };
}

const state = { enum: ['ok', 'degraded', 'failed'] };
const health: Schema = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { enum: [...state.enum, 'draining'] },
    checks: { type: 'object', additionalProperties: state },
  },
};
const tags: DocumentPart['tags'] = [
  { name: 'Conformance', description: 'What the server says about itself. Open: no token is asked.' },
  { name: 'Health', description: 'For whoever runs it. Open.' },
  { name: 'Documentation', description: 'Pages for a person. Open.' },
];
const lang: Parameter = {
  name: 'lang',
  in: 'query',
  description: 'Language of the page; else that of Accept-Language.',
  schema: { type: 'string', enum: ['fr', 'en'] },
};

export function plainPart(schemas: Schemas): DocumentPart {
  const conformance = 'Conformance';
  const all: Record<string, Plain> = {
    '/fhir/metadata': {
      operationId: 'capabilities',
      tag: conformance,
      summary: 'What this server does (CapabilityStatement)',
      content: resourceContent(schemas.of('CapabilityStatement')),
      shared: ['_format', '_pretty', 'Accept-Language'],
      errors: [406],
    },
    '/fhir/.well-known/smart-configuration': {
      operationId: 'smartConfiguration',
      tag: conformance,
      summary: 'Where and how to get tokens (SMART App Launch 2.2)',
      content: json(object),
    },
    [`${wellKnown}/fhir`]: {
      operationId: 'resourceMetadata',
      tag: conformance,
      summary: 'Who gives tokens for this resource server (RFC 9728)',
      content: json(object),
    },
    '/openapi.json': {
      operationId: 'openapi',
      tag: conformance,
      summary: 'This document',
      content: json(object),
    },
    '/health/live': {
      operationId: 'live',
      tag: 'Health',
      summary: 'Whether the process answers',
      content: json(health),
    },
    '/health/ready': {
      operationId: 'ready',
      tag: 'Health',
      summary: 'Whether it can work: database, audit trail, keys, DMP, certificates',
      description:
        '`degraded`: it works, and somebody should look: the DMP cannot be reached, or a certificate, its own or of a registered structure, ends soon or is missing (GET /admin/certificates says which). `draining`: it is about to stop.',
      content: json(health),
      more: { 503: { description: 'It cannot, or is about to stop.', headers: headerRefs(['X-Request-Id']), content: json(health) } },
    },
  };
  for (const { path, id, summary, type, isPage } of plainDocs)
    all[path] = {
      operationId: id,
      tag: 'Documentation',
      summary,
      content: { [type]: { schema: { type: 'string' } } },
      ...(isPage ? { parameters: [lang], shared: ['Accept-Language'], headers: ['Content-Language'] } : {}),
    };
  return {
    tags,
    paths: Object.fromEntries(Object.entries(all).map(([path, plain]) => [path, { get: operation(plain) }])),
  };
}
