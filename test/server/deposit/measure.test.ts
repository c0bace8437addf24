/** What one deposit may ask of this server and, through it, of the DMP. */
import type { Bundle, List } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { needsOfBundle } from '../../../server/fhir/access.ts';
import { depositBundle } from '../../../server/fhir/deposit/bundle.ts';
import { depositOne } from '../../../server/fhir/deposit/one.ts';
import { statusOf } from '../../../server/fhir/outcome.ts';
import { text } from '../../support/documents.ts';
import { provideBundle, simplified } from '../../support/resources.ts';
import { nurse } from '../../support/callers.ts';
import { world, type World } from './fakes.ts';

const note = { content: text(), contentType: 'text/plain' };
const oids = (count: number): string => Array.from({ length: count }, (_, i) => `urn:oid:1.2.3.${i}`).join(',');

/** HTTP status and issues of a deposit that is refused before the DMP hears of it. */
async function refused(deposit: (w: World) => Promise<unknown>): Promise<unknown[]> {
  const w = world();
  const error = await deposit(w).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(IssueError);
  expect(w.fake.calls).toEqual([]);
  const { issues } = error as IssueError;
  return [statusOf(issues), ...issues.map((i) => [i.key, i.values?.['element'], i.values?.['count']])];
}

describe('a set', () => {
  it('of more entries than one request may have is counted, not read', async () => {
    const bundle = provideBundle([note]);
    bundle.entry = Array.from({ length: 40_000 }, () => ({ resource: { resourceType: 'DocumentReference' } })) as never;
    const started = performance.now();
    expect(await refused((w) => depositBundle(bundle, w, nurse))).toEqual([
      413,
      ['set-too-large', 'Bundle.entry', 40_000],
    ]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('of more members than can be looked up', async () => {
    const bundle = provideBundle([note]);
    const list = bundle.entry![0]!.resource as List;
    for (let i = 0; i < 1000; i++)
      list.entry!.push({ item: { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:1.2.3.${i}` } } });
    expect(await refused((w) => depositBundle(bundle, w, nurse))).toEqual([413, ['set-too-large', 'List.entry', 1001]]);
  });

  it('whose entries ask more often than the DMP is to be asked', async () => {
    const many = provideBundle(Array.from({ length: 101 }, () => note));
    for (const { request } of many.entry!)
      if (request!.url === 'DocumentReference') request!.ifNoneExist = 'identifier=urn:oid:1.2.3';
    expect(await refused((w) => depositBundle(many, w, nurse))).toEqual([413, ['set-too-large', 'ifNoneExist', 101]]);
    const one = provideBundle([note]);
    one.entry![1]!.request!.ifNoneExist = `identifier=${oids(11)}`;
    expect(await refused((w) => depositBundle(one, w, nurse))).toEqual([413, ['set-too-large', 'If-None-Exist', 11]]);
  });
});

it('If-None-Exist names a few documents, not every one that could be', async () => {
  const options = { ifNoneExist: `identifier=${oids(1000)}` };
  expect(await refused((w) => depositOne(simplified(note), w, nurse, options))).toEqual([
    413,
    ['set-too-large', 'If-None-Exist', 1000],
  ]);
});

it('a PATCH entry asks for its scope however its URL begins', () => {
  const bundle = (url: string): Pick<Bundle, 'entry'> => ({ entry: [{ request: { method: 'PATCH', url } }] });
  for (const url of ['DocumentReference/1', '/DocumentReference/1', '/DocumentReference?identifier=a'])
    expect(needsOfBundle(bundle(url))).toEqual([{ type: 'DocumentReference', permission: 'u', ihe: ['ITI-65'] }]);
});
