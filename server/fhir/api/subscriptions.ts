/** Subscription: being told of what is new. */
import { topics } from '../subscription/topics.ts';
import { backport, r4 } from './canonicals.ts';
import { modifiers } from './parameters.ts';
import type { ResourceDefinition } from './types.ts';

export const subscriptions: ResourceDefinition = {
  type: 'Subscription',
  profile: 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription',
  topics: topics.map((t) => t.url),
  interactions: [
    {
      code: 'create',
      permission: 'c',
      ihe: ['ITI-110'],
      dmp: ['TD3.1a'],
      documentation:
        'Follows one patient (DSUBm, rest-hook, id-only): see docs/subscriptions.md. Needs the right to search DocumentReference too.',
    },
    {
      code: 'update',
      permission: 'u',
      ihe: ['ITI-110'],
      dmp: ['TD3.1a'],
      documentation:
        'Of `status` alone: off ends, requested resumes what is in error or off, in the session of this caller.',
    },
    { code: 'delete', permission: 'd', ihe: ['ITI-110'], dmp: [], documentation: 'Ends it; its receiver is told.' },
    { code: 'read', permission: 'r', ihe: ['ITI-113'], dmp: [], documentation: 'One of the caller’s own.' },
    { code: 'search-type', permission: 's', ihe: ['ITI-113'], dmp: [], documentation: 'The caller’s own.' },
    {
      code: 'operation',
      operation: { name: 'status', level: 'type', methods: ['get', 'post'], definition: backport('status') },
      permission: 'r',
      ihe: ['ITI-113'],
      dmp: [],
      documentation: 'How the caller’s subscriptions are, by id and status; also for one (instance level).',
    },
    {
      code: 'operation',
      operation: { name: 'status', level: 'instance', methods: ['get', 'post'], definition: backport('status') },
      permission: 'r',
      ihe: ['ITI-113'],
      dmp: [],
      documentation: 'How the caller’s subscriptions are, by id and status; also for one (instance level).',
    },
    {
      code: 'operation',
      operation: { name: 'events', level: 'instance', methods: ['get', 'post'], definition: backport('events') },
      permission: 'r',
      ihe: ['ITI-113'],
      dmp: [],
      documentation: 'What was told, or should have been, again (500 at most, while the subscription is kept).',
    },
  ],
  searchParameters: [
    { name: '_id', type: 'token', definition: r4('Resource-id'), modifiers: ['not'] },
    { name: 'status', type: 'token', definition: r4('Subscription-status'), modifiers: ['not'] },
    { name: 'criteria', type: 'string', definition: r4('Subscription-criteria'), modifiers: modifiers.string },
    { name: 'payload', type: 'token', definition: r4('Subscription-payload'), modifiers: ['not'] },
    { name: 'type', type: 'token', definition: r4('Subscription-type'), modifiers: ['not'] },
  ],
};
