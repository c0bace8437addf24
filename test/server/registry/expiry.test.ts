import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import {
  lacksOwn,
  logWatch,
  needCare,
  watchCertificates,
  type WatchedCertificate,
} from '../../../server/registry/expiry.ts';
import type { Registry } from '../../../server/registry/index.ts';
import { primaryMaterial, primaryOf } from '../../../server/registry/primary.ts';
import type { StoredCertificate, StoredStructure } from '../../../server/store/index.ts';
import { type TestAuthority, testAuthority, tilleuls, verger } from '../../support/registry.ts';

const DAY_MS = 86_400_000;
const now = new Date('2026-11-28T09:00:00Z');
const inDays = (days: number): Date => new Date(now.getTime() + days * DAY_MS);

let dir: string;
let authority: TestAuthority;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'expiry-'));
  authority = await testAuthority();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const certificate = (kind: 'tls' | 'seal', from: number, to: number, state: 'active' | 'withdrawn' = 'active') =>
  ({ kind, state, notBefore: inDays(from), notAfter: inDays(to) }) as StoredCertificate;
const structure = (certificates: StoredCertificate[], state: 'active' | 'withdrawn' = 'active') =>
  ({ id: tilleuls.id, state, certificates }) as unknown as StoredStructure;

/** A registry of what a test says, at a time of its own. */
const registryOf = (structures: StoredStructure[], config = loadConfig({})) =>
  ({
    now: () => now,
    stored: () => ({ version: 1, structures, clients: [] }),
    structures: { primary: primaryOf(config), materialOf: () => primaryMaterial(config) },
  }) as unknown as Registry;

const said = async (certificates: StoredCertificate[], settings: Record<string, string> = {}): Promise<string[]> =>
  (await watchCertificates(loadConfig(settings), registryOf([structure(certificates)]))).map(
    ({ kind, standing, days }) => `${kind} ${standing} ${days ?? ''}`.trim(),
  );

it.each<[string, StoredCertificate[], string]>([
  ['far', [certificate('tls', -1, 90)], 'AUTH_CLI valid 90'],
  ['at the first threshold', [certificate('tls', -1, 60)], 'AUTH_CLI valid 60'],
  ['below it', [certificate('tls', -1, 59.9)], 'AUTH_CLI expiring 59'],
  ['below the last one', [certificate('tls', -1, 6.5)], 'AUTH_CLI urgent 6'],
  ['ended', [certificate('tls', -90, -0.5)], 'AUTH_CLI expired -1'],
  ['the next one in place', [certificate('tls', -90, 5), certificate('tls', 4, 400)], 'AUTH_CLI valid 400'],
  ['the next one beginning too late', [certificate('tls', -90, 5), certificate('tls', 6, 400)], 'AUTH_CLI urgent 5'],
  [
    'the next one withdrawn',
    [certificate('tls', -90, 5), certificate('tls', 4, 400, 'withdrawn')],
    'AUTH_CLI urgent 5',
  ],
  ['only one of later', [certificate('tls', 3, 400)], 'AUTH_CLI missing'],
  ['none', [], 'AUTH_CLI missing'],
])('the end of a certificate: %s', async (_, certificates, expected) => {
  expect(
    (await said([...certificates, certificate('seal', -1, 999)])).filter((line) => line.startsWith('AUTH_CLI')),
  ).toEqual([expected]);
});

it('thresholds are a setting', async () => {
  const ninety = [certificate('tls', -1, 90), certificate('seal', -1, 400)];
  expect(await said(ninety, { CERTIFICATE_WARNING_DAYS: '10,120' })).toEqual([
    'AUTH_CLI expiring 90',
    'SIGN valid 400',
  ]);
  expect(() => loadConfig({ CERTIFICATE_WARNING_DAYS: 'soon' })).toThrow(/CERTIFICATE_WARNING_DAYS/);
});

it('a withdrawn structure is not watched', async () => {
  const watch = await watchCertificates(loadConfig({}), registryOf([structure([], 'withdrawn')]));
  expect(watch).toEqual([]);
});

it('the files of the settings are watched: the structure’s two, and the façade’s own', async () => {
  const settings: Record<string, string> = {};
  for (const [name, kind, days] of [
    ['DMP_TLS', 'tls', 20],
    ['DMP_SIGN', 'seal', 500],
    ['TLS', 'tls', -3],
  ] as const) {
    const { chain, key } = await authority.issue(kind, verger, { notBefore: inDays(-30), notAfter: inDays(days) });
    for (const [what, text] of [
      ['CERT', chain],
      ['KEY', key],
    ] as const) {
      settings[`${name}_${what}`] = path.join(dir, `${name}_${what}`);
      await writeFile(settings[`${name}_${what}`]!, text);
    }
  }
  const config = loadConfig(settings);
  const watch = await watchCertificates(config, registryOf([], config));
  expect(watch).toEqual([
    { kind: 'TLS_CERT', standing: 'expired', until: inDays(-3), days: -3 },
    { structure: verger.id, kind: 'AUTH_CLI', standing: 'expiring', until: inDays(20), days: 20 },
    { structure: verger.id, kind: 'SIGN', standing: 'valid', until: inDays(500), days: 500 },
  ]);
  expect(lacksOwn(watch, verger.id)).toBe(true);
});

it('without our own certificates nothing works; without another structure’s the others do', () => {
  const one = (of: Partial<WatchedCertificate>): WatchedCertificate[] => [{ kind: 'SIGN', standing: 'expired', ...of }];
  expect(lacksOwn(one({ structure: verger.id }), verger.id)).toBe(true);
  expect(lacksOwn(one({}), verger.id)).toBe(true);
  expect(lacksOwn(one({ structure: tilleuls.id }), verger.id)).toBe(false);
  expect(lacksOwn(one({ structure: verger.id, standing: 'urgent' }), verger.id)).toBe(false);
  expect(needCare(one({ structure: tilleuls.id }))).toBe(true);
  expect(needCare(one({ standing: 'valid' }))).toBe(false);
});

it('the log names structure and kind, louder as the end comes, and nothing of what is well', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const common = { structure: tilleuls.id, kind: 'SIGN', until: inDays(5) } as const;
  logWatch(
    [
      { ...common, standing: 'urgent', days: 5 },
      { ...common, standing: 'expiring', days: 40 },
      { ...common, standing: 'valid', days: 400 },
      { structure: tilleuls.id, kind: 'AUTH_CLI', standing: 'missing' },
    ],
    logger,
  );
  const until = inDays(5).toISOString();
  const fields = { structure: tilleuls.id, certificate: 'SIGN', until };
  expect(logger.error.mock.calls).toEqual([[{ ...fields, standing: 'urgent', days: 5 }, 'certificate']]);
  expect(logger.warn.mock.calls[0]).toEqual([{ ...fields, standing: 'expiring', days: 40 }, 'certificate']);
  expect(logger.warn).toHaveBeenCalledTimes(2);
});
