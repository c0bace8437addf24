/**
 * Issue 5, line 6: `npm start` shows it. A process of its own with everything that it starts, and `npm run -s token` beside it, through the
 * real flows: the nurse deposits, the doctor reads, and the director finds both on record, from their tokens and logins on.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AuditEvent, Bundle, DocumentReference } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import { people } from '../../tools/demo/people.ts';
import { demonstration, root, tokenOf } from '../support/demonstration.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, patients } from '../support/resources.ts';

const { place, running } = demonstration('demonstration');

const example = (name: string): string => readFileSync(path.join(root, 'docs/examples', `${name}.json`), 'utf8');

async function call<T>(
  token: string,
  method: string,
  url: string,
  body?: string,
): Promise<{ status: number; body: T }> {
  const answer = await fetch(url.startsWith('http') ? url : `${running.url}${url}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

/** Who is named as an agent of the records of one kind. */
async function onRecord(admin: string, subtype: string): Promise<AuditEvent[]> {
  const { status, body } = await call<Bundle<AuditEvent>>(
    admin,
    'GET',
    `/AuditEvent?date=ge2026-01-01&subtype=${subtype}&_count=100`,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.entry ?? []).flatMap(({ resource }) => resource ?? []);
}
const isOf = (event: AuditEvent, personId: string): boolean => JSON.stringify(event.agent).includes(personId);

it(
  'issue 5, line 6: the nurse deposits, the doctor reads, the director reads who did',
  { timeout: 120_000 },
  async () => {
    const nurse = await tokenOf(place);
    for (const consent of ['consent-feeding', 'consent-consultation'])
      expect((await call(nurse, 'POST', '/Consent', example(consent))).status).toBe(201);
    const deposited = await call<DocumentReference>(nurse, 'POST', '/DocumentReference', example('deposit-text'));
    expect(deposited.status, JSON.stringify(deposited.body)).toBe(201);

    const doctor = await tokenOf(place, 'doctor');
    const search = `/DocumentReference?status=current&patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;
    const found = await call<Bundle<DocumentReference>>(doctor, 'GET', search);
    const document = found.body.entry?.map((e) => e.resource).find((d) => d?.description === 'Note de test');
    const read = await fetch(document!.content[0]!.attachment.url!, {
      headers: { authorization: `Bearer ${doctor}`, accept: 'text/plain' },
    });
    expect(await read.text()).toBe(text('Transmission du matin : nuit calme, bon appétit.\n').toString());
    // The nurse, whom the care home authenticated, may not.
    expect((await call(nurse, 'GET', search)).status).toBe(403);

    const admin = await tokenOf(place, 'admin');
    const [tokens, logins, deposits, reads] = await Promise.all(
      ['ITI-71', 'login', 'create', 'read'].map((subtype) => onRecord(admin, subtype)),
    );
    const { nurse: n, doctor: d, admin: a } = people;
    for (const { id } of [n, d, a])
      expect(
        tokens!.some((e) => isOf(e, id)),
        `token of ${id}`,
      ).toBe(true);
    for (const { id } of [d, a])
      expect(
        logins!.some((e) => isOf(e, id)),
        `login of ${id}`,
      ).toBe(true);
    expect(
      logins!.some((e) => isOf(e, n.id)),
      'the nurse has not signed in here',
    ).toBe(false);
    expect(deposits!.some((e) => isOf(e, n.id))).toBe(true);
    expect(reads!.some((e) => isOf(e, d.id))).toBe(true);
  },
);
