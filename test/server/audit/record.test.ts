import { describe, expect, it } from 'vitest';
import { readDetails } from '../../../mappings/audit/record.ts';
import { record } from '../../../server/audit/record.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import type { NewRecord, RecordStore } from '../../../server/store/types.ts';

const caller: Caller = {
  clientId: 'dui',
  scopes: ['user/*.cruds'],
  tokenId: 'jti-1',
  personId: '899700101233',
  family: 'MAUREL',
  given: 'HÉLÈNE',
  roles: [{ code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' }],
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER', sector: 'SA17' },
  strength: 'psc',
  authenticatedAt: new Date('2026-10-20T04:00:00Z'),
  purpose: 'bris_de_glace',
  reason: 'Détresse respiratoire',
  emergency: {
    patient: { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' },
    confirmed: { family: 'CAVALLINI', given: 'ANGE-TOUSSAINT', birthDate: '1941-11-03' },
    tokenId: 'jti-1',
    grantedAt: new Date('2026-10-20T04:59:00Z'),
  },
};
const now = () => new Date('2026-10-20T05:00:00Z');

/** A store that keeps what it is given, or cannot. */
function storeOf(keep: (record: NewRecord) => Promise<string>): { records: RecordStore } {
  const append = keep as RecordStore['append'];
  const unused = () => Promise.reject(new Error('not asked'));
  return { records: { append, byId: unused, search: unused } };
}

describe('what is put on record', () => {
  it('says who, when, for whom and why, and nothing that identifies the patient', async () => {
    const kept: NewRecord[] = [];
    const store = storeOf((r) => Promise.resolve(String(kept.push(r))));
    const what = {
      kind: 'break-glass',
      patientId: 'p',
      outcome: 'success',
      requestId: 'r',
      details: { until: 'x' },
    } as const;
    await record({ store, now }, caller, what);
    const { details, ...row } = kept[0]!;
    expect(row).toEqual({
      kind: 'break-glass',
      patientId: 'p',
      outcome: 'success',
      requestId: 'r',
      at: now(),
      structure: '1990100109',
      person: '899700101233',
      clientId: 'dui',
    });
    expect(readDetails(details)).toEqual({
      who: {
        family: 'MAUREL',
        given: 'HÉLÈNE',
        roles: caller.roles,
        strength: 'psc',
        purpose: 'bris_de_glace',
        reason: 'Détresse respiratoire',
        tokenId: 'jti-1',
      },
      what: { until: 'x' },
    });
    expect(JSON.stringify(kept)).not.toMatch(/141112A99004563|CAVALLINI/);
  });

  it('is on record before anything else happens, and a record that cannot be written is an error', async () => {
    let written = false;
    const slow = storeOf(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      written = true;
      return '1';
    });
    const what = { kind: 'consent', outcome: 'success', details: {} } as const;
    await record({ store: slow, now }, caller, what);
    expect(written).toBe(true);
    const broken = storeOf(() => Promise.reject(new Error('no database')));
    await expect(record({ store: broken, now }, caller, what)).rejects.toThrow('no database');
  });
});
