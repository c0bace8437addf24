/** Logins, tokens and registrations on record, in a real store, as the authorization server and the administration tell them. */
import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import { gatewayOf } from '../../../server/audit/gateway.ts';
import { RecordUnavailable } from '../../../server/audit/record.ts';
import { recordSecurity, type SecurityEvent, type SecurityRoom } from '../../../server/audit/security.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { loadConfig } from '../../../server/config.ts';
import { doctor } from '../../support/callers.ts';
import { errorsOf, loadR4 } from '../../support/profiles.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let world: TestStore;
let room: SecurityRoom;
const caller: Caller = { ...doctor, clientId: 'dui', tokenId: 'jti-1' };
beforeAll(async () => {
  loadR4();
  world = await openTestStore();
  room = { store: world.store, config: loadConfig({}), now: () => new Date('2026-11-28T09:00:00Z') };
});
afterAll(() => world.close());

/** The event, as it is read again. */
async function told(event: SecurityEvent): Promise<AuditEvent> {
  await recordSecurity(room, event);
  const { records } = await world.store.records.search({ structure: room.config.STRUCTURE_ID, most: 1 });
  const shown = recordToAuditEvent(records[0]!, gatewayOf(room.config), 'en');
  expect(errorsOf(shown)).toEqual([]);
  await world.database.query('ALTER TABLE kept_record DISABLE TRIGGER USER');
  await world.database.query('DELETE FROM kept_record');
  await world.database.query('ALTER TABLE kept_record ENABLE TRIGGER USER');
  return shown;
}
const codes = ({ subtype = [] }: AuditEvent) => subtype.map((c) => c.code);

it('a login: who, from where; one that failed, of nobody', async () => {
  const event = await told({ kind: 'login', outcome: 'success', author: caller, address: '192.0.2.7', requestId: 'r' });
  expect([event.type.code, codes(event), event.outcome]).toEqual(['110114', ['login', '110122'], '0']);
  expect(event.agent[0]).toMatchObject({ who: { identifier: { value: caller.personId } }, requestor: true });
  const failed = await told({ kind: 'login', outcome: 'refused', problems: ['login-required'], address: '192.0.2.7' });
  expect(failed.agent.map((a) => a.who?.type)).toEqual(['Organization', 'Device', 'Device']);
  expect(failed).toMatchObject({ outcome: '4', outcomeDesc: expect.stringContaining('refused') as string });
});

it('a token: what was asked, and none of its secrets', async () => {
  const secrets = {
    client_assertion: 'eyJ.a.b',
    code: 'SplxlOBeZQQYbYS6WxSbIA',
    client_secret: 's3cret',
    refresh_token: 'r3fresh',
  };
  const event = await told({
    kind: 'token',
    outcome: 'success',
    author: caller,
    address: '192.0.2.7',
    requestId: 'r-2',
    request: { grant_type: 'authorization_code', scope: 'user/List.rs', ...secrets, login_hint: '236046999012376' },
    details: { jti: 'jti-9' },
  });
  expect(codes(event)).toEqual(['ITI-71']);
  expect(event.entity).toHaveLength(1);
  const asked = Buffer.from(event.entity![0]!.query!, 'base64').toString();
  expect(asked).toBe('grant_type=authorization_code&scope=user%2FList.rs');
  expect(event.entity![0]!.detail!.map((d) => [d.type, d.valueString])).toEqual([
    ['jti', 'jti-9'],
    ['X-Request-Id', 'r-2'],
  ]);
  const all = JSON.stringify(event);
  for (const secret of [...Object.values(secrets), '236046999012376']) expect(all).not.toContain(secret);
});

it('a change of the registry', async () => {
  const event = await told({
    kind: 'registration',
    outcome: 'success',
    author: caller,
    details: { change: 'client-added', client: 'app' },
  });
  expect([event.type.code, codes(event)]).toEqual(['110113', ['registration', '110129']]);
  expect(JSON.stringify(event.entity)).toContain('client-added');
});

it('what cannot be put on record must not be answered', async () => {
  const broken = {
    ...room,
    store: { records: { ...world.store.records, append: () => Promise.reject(new Error('no')) } },
  };
  await expect(recordSecurity(broken, { kind: 'login', outcome: 'success' })).rejects.toThrow(RecordUnavailable);
});
