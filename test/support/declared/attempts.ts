/** How declared interactions, formats and languages are tried. */
import type { Bundle, DocumentReference, List, OperationOutcome, Resource, Task } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import type { FeedState } from '../../../server/store/index.ts';
import { text } from '../documents.ts';
import { feedItem } from '../feed-items.ts';
import { simplified } from '../resources.ts';
import type { Kind } from '../stack.ts';
import { ask, found, known, type Pairs, query, readerOf, stack } from './world.ts';

const archivedOf = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
const readOwn = async (): Promise<DocumentReference> =>
  (await stack.get<DocumentReference>(`/DocumentReference/${known.own.id}`, 'doctor')).body;

/** Archives or unarchives the doctor's own document with a patch of one format. */
export async function patched(format: string, target = `/DocumentReference/${known.own.id}`): Promise<void> {
  const before = await readOwn();
  const at = before.extension!.findIndex((e) => e.url === extIsArchived);
  const value = !archivedOf(before);
  const path = `DocumentReference.extension.where(url='${extIsArchived}').value`;
  const xmlPath = `/f:DocumentReference/f:extension[${at + 1}]/f:valueBoolean/@value`;
  const part = (name: string, attribute: string, v: string): string =>
    `<part><name value="${name}"/><${attribute} value="${v}"/></part>`;
  const bodies: Record<string, unknown> = {
    'application/json-patch+json': [{ op: 'replace', path: `/extension/${at}/valueBoolean`, value }],
    'application/fhir+json': {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: path },
            { name: 'value', valueBoolean: value },
          ],
        },
      ],
    },
    'application/fhir+xml':
      `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part('type', 'valueCode', 'replace')}` +
      `${part('path', 'valueString', path)}${part('value', 'valueBoolean', String(value))}</parameter></Parameters>`,
    'application/xml-patch+xml': `<diff xmlns:f="http://hl7.org/fhir"><replace sel="${xmlPath}">${value}</replace></diff>`,
  };
  expect(Object.keys(bodies)).toContain(format);
  const answer = await stack.patch<DocumentReference>(target, bodies[format], format, 'doctor');
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(archivedOf(await readOwn())).toBe(value);
}

export const incomplete: DocumentReference = {
  ...simplified({ content: text(), contentType: 'text/plain' }),
  content: [{ attachment: { contentType: 'text/plain', title: 'Sans contenu' } }],
};
const outcomeOf = (body: unknown): OperationOutcome => {
  expect((body as Resource).resourceType).toBe('OperationOutcome');
  return body as OperationOutcome;
};
const hasError = (body: unknown): boolean => outcomeOf(body).issue.some((i) => ['error', 'fatal'].includes(i.severity));
/** `$validate` tells a resource that is right from one that is not, and deposits neither. */
export async function validates(type: string, right: Resource, wrong: Resource): Promise<void> {
  await stack.resetCalls();
  const good = await stack.post(`/${type}/$validate`, right, 'nurse');
  const bad = await stack.post(`/${type}/$validate`, wrong, 'nurse');
  expect([good.status, hasError(good.body)], JSON.stringify(good.body)).toEqual([200, false]);
  expect(hasError(bad.body)).toBe(true);
  expect(await stack.calls()).not.toContain('TD2.1');
}
export const setOf = (bundle: Bundle): List =>
  bundle.entry!.find((e) => e.resource?.resourceType === 'List')!.resource as List;

export const read = async (type: string, id: string, kind: Kind = readerOf(type)): Promise<void> => {
  const answer = await stack.get<Resource>(`/${type}/${id}`, kind);
  expect([answer.status, answer.body.resourceType, answer.body.id]).toEqual([200, type, id]);
  expect((await stack.get(`/${type}/unknown`, kind)).status).toBe(404);
};
/** By GET and by POST, alike. */
export const search = async (type: string, pairs: Pairs): Promise<void> => {
  const got = await ask(type, pairs);
  const posted = await stack.send<Bundle>(
    `/${type}/_search`,
    query([...pairs, ['_count', '500']]),
    'application/x-www-form-urlencoded',
    readerOf(type),
  );
  expect([got.status, posted.status]).toEqual([200, 200]);
  expect(got.body.total).toBeGreaterThan(0);
  expect(found(posted.body).map((r) => r.id)).toEqual(found(got.body).map((r) => r.id));
};
export const patientBy = async (pairs: Pairs): Promise<number> => (await ask('Patient', pairs)).body.total!;

/** On an item of its own; from its end there is no way. */
export async function acted(action: string, from: FeedState, to: string): Promise<void> {
  const act = async (id: string) => stack.request<Task>('POST', `/Task/${id}/$${action}`, 'nurse');
  const { status, body } = await act(await feedItem(stack, from, { who: 'P2' }));
  expect([status, body.status], JSON.stringify(body)).toEqual([200, to]);
  expect((await act(await feedItem(stack, 'delivered', { who: 'P2' }))).status).toBe(409);
}

export async function inLanguage(language: string, word: string): Promise<void> {
  const answer = await stack.get<OperationOutcome>('/DocumentReference', 'doctor', { 'accept-language': language });
  expect(answer.body.language).toBe(language);
  expect(answer.body.issue[0]!.details!.text!.toLowerCase()).toContain(word.toLowerCase());
}
export async function inFormat(format: string): Promise<void> {
  const full = format.includes('/') ? format : `application/fhir+${format}`;
  const url = `${stack.base}/DocumentReference/${known.own.id}`;
  const byFormat = await stack.raw(`${url}?_format=${encodeURIComponent(format)}`, 'doctor', { accept: '*/*' });
  expect([byFormat.status, byFormat.headers.get('content-type')]).toEqual([200, `${full}; charset=utf-8`]);
  expect(byFormat.bytes.toString('utf8').startsWith(full.endsWith('xml') ? '<' : '{')).toBe(true);
  const byAccept = await stack.raw(url, 'doctor', { accept: full });
  expect(byAccept.headers.get('content-type')).toBe(`${full}; charset=utf-8`);
}
