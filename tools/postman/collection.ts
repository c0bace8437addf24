/**
 * The Postman collection and environment in `openapi/`, made of the OpenAPI document: method, address, description and body of each request
 * are the document's. Format: collection v2.1.0.
 */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../server/config.ts';
import type { OpenApiDocument } from '../../server/fhir/openapi/document.ts';
import type { Method, Operation } from '../../server/openapi/types.ts';
import { wholeDocument } from '../openapi.ts';
import type { Step } from './steps.ts';
import { tasks, variables } from './tasks.ts';

const fhirJson = 'application/fhir+json';
const form = 'application/x-www-form-urlencoded';

interface Found {
  method: Method;
  path: string;
  operation: Operation;
}

function find({ paths }: OpenApiDocument, id: string): Found {
  for (const [path, item] of Object.entries(paths))
    for (const [method, operation] of Object.entries(item))
      if (operation.operationId === id) return { method: method as Method, path, operation };
  throw new Error(`the document has no operation ${id}`);
}

/** Lines that a request's answer is held against. */
function assertions({ status, accept = fhirJson, resource, checks = [] }: Step): string[] {
  return [
    `pm.test('status', () => pm.expect(pm.response.code).to.be.oneOf([${status.join(', ')}]));`,
    `pm.test('content type', () => pm.expect(pm.response.headers.get('Content-Type')).to.include('${accept}'));`,
    `pm.test('named', () => pm.response.to.have.header('X-Request-Id'));`,
    ...(resource
      ? [
          'const body = pm.response.json();',
          `pm.test('resource', () => pm.expect(body.resourceType, pm.response.text()).to.equal('${resource}'));`,
        ]
      : []),
    ...checks,
  ];
}

function bodyOf(document: OpenApiDocument, step: Step, { operation, path }: Found): object | undefined {
  const type = path.endsWith('/_search') ? form : (step.contentType ?? fhirJson);
  const media = operation.requestBody?.content[type];
  if (!media) return undefined;
  const [first] = Object.keys(media.examples ?? {});
  const example = media.examples?.[step.example ?? first ?? ''];
  if (!example) throw new Error(`${step.operation} has no example of ${type}`);
  const value =
    '$ref' in example ? document.components.examples[example.$ref.split('/').at(-1) ?? '']?.value : example.value;
  if (type === form) {
    const urlencoded = Object.entries(value as Record<string, string>).map(([key, v]) => ({ key, value: v }));
    return { mode: 'urlencoded', urlencoded };
  }
  const text = Object.entries(variables).reduce(
    (all, [id, name]) => all.replaceAll(id, name),
    JSON.stringify(value, null, 2),
  );
  return { mode: 'raw', raw: text, options: { raw: { language: 'json' } } };
}

function item(document: OpenApiDocument, step: Step): object {
  const found = find(document, step.operation);
  const path = found.path.replace(/\{(\w+)\}/g, (_, name: string) => step.path?.[name] ?? `{{${name}}}`);
  const query = (step.query ?? []).map(([key, value]) => ({ key, value }));
  const search = query.map(({ key, value }) => `${key}=${value}`).join('&');
  const body = bodyOf(document, step, found);
  const contentType = found.path.endsWith('/_search') ? form : (step.contentType ?? fhirJson);
  return {
    name: step.name,
    request: {
      method: found.method.toUpperCase(),
      description: found.operation.description ?? found.operation.summary,
      header: [
        { key: 'Authorization', value: `Bearer {{token_${step.who}}}` },
        { key: 'Accept', value: step.accept ?? fhirJson },
        ...(step.headers ?? []).map(([key, value]) => ({ key, value })),
        ...(body ? [{ key: 'Content-Type', value: contentType }] : []),
      ],
      url: {
        raw: `{{baseUrl}}${path}${search === '' ? '' : `?${search}`}`,
        host: ['{{baseUrl}}'],
        path: path.split('/').slice(1),
        ...(query.length > 0 ? { query } : {}),
      },
      ...(body ? { body } : {}),
    },
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: assertions(step) } }],
  };
}

const tokenScript = (): string[] =>
  readFileSync(new URL('./token-script.js', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

const written = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function postmanCollection(): string {
  const document = wholeDocument();
  return written({
    info: {
      name: 'FHIR R4 / DMP',
      description: 'Written by `npm run docs` from the OpenAPI document and tools/postman: edit those.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: tokenScript() } }],
    item: tasks.map(({ name, steps }) => ({ name, item: steps.map((step) => item(document, step)) })),
  });
}

/** Of the demonstration: its tokens are put in by `npm run postman`, or by hand. */
export function postmanEnvironment(): string {
  const values = { baseUrl: loadConfig({}).fhirBase.replace(/\/fhir$/, ''), tokenUrl: '', clientId: '' };
  const secret = ['token_nurse', 'token_doctor', 'token_admin', 'privateJwk'];
  return written({
    name: 'DMP-FHIR, démonstration',
    _postman_variable_scope: 'environment',
    values: [
      ...Object.entries(values).map(([key, value]) => ({ key, value, type: 'default', enabled: true })),
      ...secret.map((key) => ({ key, value: '', type: 'secret', enabled: true })),
    ],
  });
}
