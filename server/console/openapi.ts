/** What of the console a program may ask for, in the OpenAPI document: the last exchanges, in demonstrations. */
import { alwaysHeaders, byStatus, headerRefs, shared } from '../openapi/refs.ts';
import type { DocumentPart, Schema } from '../openapi/types.ts';

const text: Schema = { type: 'string' };
const closed = (required: string[], properties: Record<string, Schema>): Schema => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

const schemas: Record<string, Schema> = {
  Exchanges: closed(['exchanges'], {
    exchanges: {
      type: 'array',
      items: closed(['requestId', 'at', 'method', 'address', 'status', 'dmp'], {
        requestId: text,
        at: { type: 'string', format: 'date-time' },
        method: text,
        address: text,
        status: { type: 'integer' },
        request: text,
        response: text,
        dmp: {
          type: 'array',
          items: closed(['transaction', 'sent'], { transaction: text, sent: text, received: text }),
        },
      }),
    },
  }),
};

export const consolePart = (): DocumentPart => ({
  tags: [
    { name: 'Console', description: 'For the console’s page for integrators (docs/console.md). Demonstrations only.' },
  ],
  paths: {
    '/console/exchanges': {
      get: {
        operationId: 'consoleExchanges',
        tags: ['Console'],
        summary: 'The last exchanges of the caller’s structure, as FHIR and as SOAP, masked',
        description:
          'What came in and what went to the DMP because of it. Masked before it is kept; in memory; not there with ENVIRONMENT=production.',
        parameters: shared('Accept-Language', 'X-Request-Id', 'traceparent'),
        responses: {
          200: {
            description: 'As asked.',
            headers: headerRefs(alwaysHeaders),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Exchanges' } } },
          },
          ...byStatus([401, 403, 408, 429, 431, 500, 503]),
        },
        security: [{ smart: [] }, { openid: [] }, { bearer: [] }, { dpop: [] }, { bearer: [], mutualTLS: [] }],
      },
    },
  },
  schemas,
});
