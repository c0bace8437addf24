/** The OpenAPI document against the tables that it is made of, and its examples against the validator and its own schemas. */
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { errors, type ErrorRow } from '../../mappings/errors.ts';
import { loadConfig } from '../../server/config.ts';
import { routes as adminRoutes } from '../../server/admin/routes.ts';
import { modifiersOf, openResources, resources } from '../../server/fhir/definition.ts';
import { openApiDocument } from '../../server/fhir/openapi/document.ts';
import { exampleValue, type ExampleName } from '../../server/fhir/openapi/examples.ts';
import { routes } from '../../server/fhir/router.ts';
import { identityScopes, isPersonal, isScope } from '../../server/registry/scopes.ts';
import {
  hasErrors,
  readProvideBundle,
  validateAgainst,
  validateBase,
  validateSimplifiedPublish,
} from '../../server/fhir/validation/index.ts';
import { documentParts } from '../../server/document-parts.ts';
import { openApiYaml, wholeDocument } from '../../tools/openapi.ts';
import { needsToken, operationsOf, resolved, validatorOf, type Document } from '../support/openapi.ts';

const document = JSON.parse(JSON.stringify(wholeDocument())) as Document;
const operations = operationsOf(document);

describe('what it names', () => {
  it('every closed route is an operation', () => {
    const wanted = routes().map((r) => `${r.method} /fhir${r.path === '/' ? '' : r.path.replace(/:(\w+)/g, '{$1}')}`);
    const admin = adminRoutes.map((r) => `${r.method.toLowerCase()} /admin${r.path.replace(/:(\w+)/g, '{$1}')}`);
    const named = operations.filter(needsToken).map((o) => `${o.method} ${o.path}`);
    expect(named.sort()).toEqual([...wanted, ...admin, 'get /console/exchanges'].sort());
  });

  it('operations have names of their own', () => {
    const names = operations.map((o) => o.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it('every search parameter is there by GET and in the form, with its modifiers', () => {
    for (const { type, searchParameters } of [...resources, ...openResources]) {
      if (searchParameters.length === 0) continue;
      const get = operations.find((o) => o.path === `/fhir/${type}` && o.method === 'get')!;
      const form = operations.find((o) => o.path === `/fhir/${type}/_search`)!;
      const schema = form.requestBody!.content['application/x-www-form-urlencoded']!.schema as {
        properties: Record<string, unknown>;
      };
      for (const parameter of searchParameters) {
        const shown = get.parameters.find((p) => p.in === 'query' && p.name === parameter.name);
        expect(shown?.description, `${type} ${parameter.name}`).toContain(parameter.documentation ?? '');
        for (const m of modifiersOf(parameter)) expect(shown?.description).toContain(`${parameter.name}:${m}`);
        expect(Object.keys(schema.properties)).toContain(parameter.name);
      }
    }
  });

  it('every row of the error table stands in the response of its status, and every such response is used', () => {
    for (const [key, row] of Object.entries(errors as Record<string, ErrorRow>)) {
      if (row.status < 400) continue;
      const { description } = document.components.responses[`Error${row.status}`]!;
      expect(description).toContain(`- \`${key.replace(/^dmp:/, 'dmp-')}\` (${row.code}): ${row.en}`);
    }
    const used = new Set(operations.flatMap((o) => Object.keys(o.responses)));
    for (const name of Object.keys(document.components.responses)) expect([...used]).toContain(name.slice(5));
  });

  it('names of scopes are those of the flows', () => {
    const { smart, backend } = document.components.securitySchemes as unknown as Record<
      'smart' | 'backend',
      { flows: Record<string, { scopes: Record<string, string> }> }
    >;
    for (const { security } of operations)
      for (const requirement of security) {
        for (const scope of requirement['smart'] ?? [])
          expect(Object.keys(smart.flows['authorizationCode']!.scopes)).toContain(scope);
        for (const scope of requirement['backend'] ?? [])
          expect(Object.keys(backend.flows['clientCredentials']!.scopes)).toContain(scope);
      }
  });

  it('every operation with a body has an example of it, or needs none', () => {
    for (const { operationId, requestBody, path } of operations) {
      if (!requestBody || path.endsWith('/_search')) continue;
      const examples = Object.values(requestBody.content).flatMap((m) => Object.keys(m.examples ?? {}));
      expect(examples.length, operationId).toBeGreaterThan(0);
    }
  });

  it('the committed file says the same', () => {
    expect(parse(openApiYaml())).toEqual(document);
  });
});

describe('the addresses of a server', () => {
  it('are those of its settings', () => {
    const at = wholeDocument({ PUBLIC_URL: 'https://dmp.ehpad.example/api' });
    expect(at.servers[0]?.url).toBe('https://dmp.ehpad.example/api');
    const { smart, backend, openid } = at.components.securitySchemes as Record<string, Record<string, unknown>>;
    const issuer = 'https://dmp.ehpad.example/api/oauth';
    expect(smart!['flows']).toMatchObject({
      authorizationCode: { authorizationUrl: `${issuer}/authorize`, tokenUrl: `${issuer}/token` },
    });
    expect(backend!['flows']).toMatchObject({ clientCredentials: { tokenUrl: `${issuer}/token` } });
    expect(openid!['openIdConnectUrl']).toBe(`${issuer}/.well-known/openid-configuration`);
  });

  it('of another authorization server are its own business: it is discovered', () => {
    const { components, paths } = wholeDocument({ AUTH_SERVERS: 'https://login.example' });
    expect(components.securitySchemes['openid']).toMatchObject({
      openIdConnectUrl: 'https://login.example/.well-known/openid-configuration',
    });
    expect(Object.keys(components.securitySchemes)).not.toContain('smart');
    const { security = [] } = paths['/fhir/Patient']!.get!;
    expect(security.flatMap((requirement) => Object.keys(requirement))).toEqual([
      'openid',
      'bearer',
      'dpop',
      'bearer',
      'mutualTLS',
    ]);
  });

  it('tell of what is served alone', () => {
    const named = (served: Parameters<typeof documentParts>[0]) =>
      Object.keys(openApiDocument(loadConfig({}), documentParts(served)).paths);
    expect(named({ admin: false, authorization: 'no', exchanges: false }).filter((p) => /^\/(admin|oauth)/.test(p))).toEqual([]);
    const services = named({ admin: true, authorization: 'services', exchanges: false });
    expect(services).toContain('/oauth/token');
    expect(services).not.toContain('/oauth/backchannel');
  });

  it('the flows offer what their clients may be given', () => {
    const { smart, backend } = document.components.securitySchemes as unknown as Record<
      'smart' | 'backend',
      { flows: Record<string, { scopes: Record<string, string> }> }
    >;
    const persons = Object.keys(smart.flows['authorizationCode']!.scopes);
    const servers = Object.keys(backend.flows['clientCredentials']!.scopes);
    for (const scope of [...persons, ...servers]) expect(isScope(scope), scope).toBe(true);
    expect(persons.filter((scope) => scope.startsWith('system/'))).toEqual([]);
    expect(servers.filter(isPersonal)).toEqual([]);
    expect(persons).toEqual(expect.arrayContaining([...identityScopes, 'admin/registry.rw', 'ITI-67']));
  });
});

describe('what other rooms serve', () => {
  it('stands in it, with its tags and schemas', () => {
    const operation = {
      operationId: 'look',
      tags: ['Admin'],
      summary: 'Look',
      responses: { 204: { description: 'ok' } },
    };
    const part = {
      tags: [{ name: 'Admin', description: 'For administrators.' }],
      paths: { '/admin/things': { get: operation } },
      schemas: { Thing: { type: 'object' } },
    };
    const { paths, tags, components } = openApiDocument(loadConfig({}), [part]);
    expect(paths['/admin/things']).toEqual({ get: { ...operation, security: [] } });
    expect(tags.at(-1)?.name).toBe('Admin');
    expect([components.schemas['Thing'], components.schemas['Patient']]).not.toContain(undefined);
  });
});

describe('examples', () => {
  const bodies = operations.flatMap(({ operationId, requestBody }) =>
    Object.entries(requestBody?.content ?? {}).flatMap(([type, { examples = {}, schema }]) =>
      Object.keys(examples).map((name) => ({ operationId, type, name: name as ExampleName | 'usual', schema })),
    ),
  );

  it.each(bodies)('$name of $operationId meets the schema', ({ operationId, type, name, schema }) => {
    const op = operations.find((o) => o.operationId === operationId)!;
    const { value } = resolved<{ value: unknown }>(document, op.requestBody!.content[type]!.examples![name]!);
    expect(validatorOf(document)(schema!, value)).toEqual([]);
  });

  const names = Object.keys(document.components.examples).filter((n) => !n.startsWith('Error')) as ExampleName[];
  it.each(names)('%s is FHIR, as the validator sees it', (name) => {
    const value = exampleValue(name) as unknown as Resource;
    if (typeof value === 'string' || Array.isArray(value)) return; // a patch: sent for real by the walk
    expect(validateBase(value, value.resourceType).filter((i) => i.severity !== 'warning')).toEqual([]);
  });

  it('deposits meet their profiles', () => {
    const faults = (issues: readonly { severity?: string }[]) => issues.filter((i) => i.severity !== 'warning');
    for (const name of ['deposit-text', 'replace-text'] as const)
      expect(faults(validateSimplifiedPublish(exampleValue(name)).filter((i) => i.severity !== 'information'))).toEqual(
        [],
      );
    expect(hasErrors(validateAgainst(exampleValue('submission-set'), 'submissionSet', 'pdsm'))).toBe(false);
    const bundle = exampleValue('provide-bundle') as unknown as Bundle;
    expect(hasErrors(readProvideBundle(bundle).issues)).toBe(false);
  });

  it('an example of each error is an OperationOutcome that meets the schema', () => {
    const validate = validatorOf(document);
    for (const [name, { value }] of Object.entries(document.components.examples).filter(([n]) =>
      n.startsWith('Error'),
    )) {
      expect(validate({ $ref: '#/components/schemas/OperationOutcome' }, value), name).toEqual([]);
      expect(hasErrors(validateBase(value, 'OperationOutcome'))).toBe(false);
    }
  });
});

describe('schemas', () => {
  const validate = validatorOf(document);
  const document1 = exampleValue('deposit-text') as Record<string, unknown>;
  const at = { $ref: '#/components/schemas/DocumentReference' };
  it.each<[string, Record<string, unknown>]>([
    ['an unknown property', { ...document1, colour: 'red' }],
    ['a required element that lacks', { ...document1, content: undefined }],
    ['a code that R4 does not have', { ...document1, status: 'final' }],
    ['a list where one value is wanted', { ...document1, status: ['current'] }],
    ['one value where a list is wanted', { ...document1, content: (document1['content'] as unknown[])[0] }],
    ['an empty list', { ...document1, content: [] }],
    ['an unknown property inside', { ...document1, context: { colour: 'red' } }],
    ['a date that is none', { ...document1, context: { period: { start: '20/11/2026' } } }],
    ['another type', { ...document1, resourceType: 'List' }],
  ])('refuse %s, as the validator does', (_, value) => {
    const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
    expect(validate(at, plain)).not.toEqual([]);
    expect(hasErrors(validateBase(plain, 'DocumentReference'))).toBe(true);
  });

  it('take a primitive’s extension, and a choice of many types', () => {
    const value = {
      ...document1,
      _status: { extension: [{ url: 'http://example.org/x', valueMoney: { value: 1 } }] },
    };
    expect(validate(at, value)).toEqual([]);
    expect(hasErrors(validateBase(value, 'DocumentReference'))).toBe(false);
  });
});
