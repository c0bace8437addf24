/** Issue 6, line 4: what the command line remembers, sends and adds up. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient } from '../../../tools/takeover/client.ts';
import { chunksOf } from '../../../tools/takeover/feed.ts';
import { Journal, type Answered } from '../../../tools/takeover/journal.ts';
import { inParallel } from '../../../tools/takeover/parallel.ts';
import { reasonsTable, writeReport } from '../../../tools/takeover/print.ts';
import { reconcile } from '../../../tools/takeover/reconcile.ts';
import { loadSettings, optionOf, settings, variableOf } from '../../../tools/takeover/settings.ts';
import type { Reported } from '../../../tools/takeover/takeover-door.ts';
import { plainText } from '../../../tools/takeover/terminal.ts';
import type { CheckedLine, PlannedDocument } from '../../../tools/takeover/types.ts';
import { uuid5 } from '../../../tools/takeover/unique-id.ts';
import { speaking } from '../../../tools/takeover/words.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dmp-takeover-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Settings that there must be, as variables. */
const env = Object.fromEntries(
  Object.entries({
    ...{ base: 'https://facade.example/fhir/', structure: '1', structureName: 'S', client: 'c', key: 'k.json' },
    ...{ personId: '8', personFamily: 'F', personGiven: 'G', personRole: 's|60' },
  }).map(([name, value]) => [variableOf(name), value]),
);

it('UUIDs of version 5 are those of RFC 9562 §A.4', () => {
  expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

describe('the journal', () => {
  const of = { base: 'https://facade.example/fhir', structure: '1990100109' };
  const answer = (reference: string): Answered => ({ reference, result: 'accepted', task: 't', findings: [] });

  it('cut at any octet of its end holds every line that is whole, and goes on after it', () => {
    const file = path.join(folder, 'cut', 'journal.ndjson');
    const first = new Journal(file, of);
    first.begin('id');
    first.answered([answer('a'), answer('é')]);
    first.close();
    const whole = readFileSync(file);
    const ends = [...whole.entries()].flatMap(([i, b]) => (b === 0x0a ? [i + 1] : []));
    for (let at = ends[0]!; at <= whole.length; at++) {
      writeFileSync(file, whole.subarray(0, at));
      const again = new Journal(file, of);
      const kept = ends.filter((end) => end <= at).length;
      expect([again.key, again.takeover, again.answers.size]).toEqual([
        first.key,
        kept > 1 ? 'id' : undefined,
        Math.max(0, kept - 2),
      ]);
      again.answered([answer('z')]);
      again.close();
      const third = new Journal(file, of);
      expect(third.answers.has('z')).toBe(true);
      third.close();
    }
  });

  it('is that of one façade and one structure', () => {
    const file = path.join(folder, 'own', 'journal.ndjson');
    const own = new Journal(file, of);
    expect(existsSync(file)).toBe(false);
    own.ask();
    own.close();
    expect(() => new Journal(file, { ...of, structure: '1990100208' })).toThrow();
    appendFileSync(file, '{"takeover":"x"}\n');
    expect(new Journal(file, of).takeover).toBe('x');
  });
});

const planned = (size: number, reference = 'r'): PlannedDocument => ({
  ...{ reference, uniqueId: '2.25.1', path: '', digest: '', resource: {}, size },
});

it('chunks hold every document once, in order, and are as large as they may be', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 80 }), (all, chunk, chunkBytes) => {
      const documents = all.map((size) => planned(size));
      const chunks = [...chunksOf(documents, { chunk, chunkBytes })];
      expect(chunks.flat()).toEqual(documents);
      for (const part of chunks) {
        const bytes = part.reduce((n, d) => n + d.size, 0);
        expect(part.length <= chunk && (bytes <= chunkBytes || part.length === 1)).toBe(true);
      }
    }),
  );
});

it('what runs in parallel runs each once, no more at a time than asked, and stops at the first failure', async () => {
  let now = 0;
  let most = 0;
  const seen: number[] = [];
  await inParallel([1, 2, 3, 4, 5], 2, async (n) => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    seen.push(n);
    now--;
  });
  expect([most, seen]).toEqual([2, [1, 2, 3, 4, 5]]);
  const begun: number[] = [];
  const failing = inParallel([1, 2, 3, 4, 5, 6], 1, async (n) => {
    begun.push(n);
    if (n === 2) throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(begun).toEqual([1, 2]);
});

describe('the reconciliation', () => {
  const line = (number: number, more: Partial<CheckedLine> = {}): CheckedLine => ({
    ...{ number, file: `=f${number}.pdf`, values: {}, findings: [] },
    ...more,
  });
  const sent = (number: number): CheckedLine => line(number, { document: planned(1, `r${number}`) });
  const states = [
    'delivered',
    'queued',
    'active',
    'waiting',
    'proposed',
    'refused',
    'exhausted',
    'cancelled',
    'declined',
    'rejected',
  ];
  const lines = [
    line(2, { findings: [{ key: 'type-unknown', severity: 'error' }] }),
    sent(3),
    sent(4),
    sent(5),
    ...states.map((_, i) => sent(10 + i)),
  ];
  const answers = new Map<string, Answered>([
    [
      'r4',
      { reference: 'r4', result: 'refused', findings: [{ key: 'identity-doubtful', severity: 'error', text: 'non' }] },
    ],
    ['r5', { reference: 'r5', result: 'accepted', task: 't5', findings: [] }],
  ]);
  const reported = new Map<string, Reported>(
    states.map((state, i) => [`r${10 + i}`, { reference: `r${10 + i}`, state, task: `t${i}`, findings: [] }]),
  );
  const result = reconcile(lines, answers, reported);

  it('counts every line once', () => {
    expect(result).toMatchObject({ total: 14, delivered: 1, refused: 7, pending: 6 });
    expect(result.lines.map((l) => l.state).slice(0, 4)).toEqual(['not-sent', 'not-sent', 'rejected', 'answered']);
  });

  it('gives every refusal its reason', () => {
    for (const l of result.lines) expect([l.line, l.reasons.length > 0]).toEqual([l.line, l.verdict === 'refused']);
  });

  it('whatever came of the lines, the sums are their number', () => {
    const any = fc.constantFrom(undefined, ...states);
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (all) => {
        const some = all.map((_, i) => sent(i));
        const known = new Map(
          all.flatMap((state, i) =>
            state === undefined
              ? []
              : [[`r${i}`, { reference: `r${i}`, state, findings: [] } satisfies Reported] as const],
          ),
        );
        const { total, delivered, refused, pending } = reconcile(some, new Map(), known);
        expect([total, delivered + refused + pending]).toEqual([all.length, all.length]);
      }),
    );
  });

  it('is written without the names of files, unless they are asked for, and runs no formula', () => {
    const written = (name: string, withFiles: boolean): string => {
      const file = path.join(folder, name);
      writeReport(file, result, 'fr', withFiles);
      return readFileSync(file, 'utf8');
    };
    for (const name of ['a.json', 'a.ndjson', 'a.csv']) expect(written(name, false)).not.toContain('.pdf');
    expect(written('b.csv', true)).toContain("'=f2.pdf;refused");
    const json = JSON.parse(written('b.json', true)) as { total: number; lines: { line: number; file: string }[] };
    expect([json.total, json.lines.length, json.lines[0]!.file]).toEqual([14, 14, '=f2.pdf']);
    const table = reasonsTable(result.lines, speaking('fr'), 'fr');
    expect(table).not.toContain('.pdf');
    expect(table).toContain('Type de document inconnu');
  });
});

it('what steers a terminal is not passed on to it', () => {
  expect(plainText('a\u001b]0;x\u0007\u009b2J\u202e\r\nb\té')).toBe('a?]0;x??2J??\nb\té');
});

it('a façade that sends us on is not followed: documents go where the settings say', async () => {
  const asked: string[] = [];
  const server = http.createServer((req, res) => {
    asked.push(req.url ?? '');
    if (req.url === '/token') res.end('{"access_token":"t","expires_in":60}');
    else res.writeHead(307, { location: '/elsewhere' }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = path.join(folder, 'key.json');
  const { privateKey } = await generateKeyPair('ES384', { extractable: true });
  writeFileSync(key, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES384' }));
  const client = createClient(loadSettings({ base, key, tokenUrl: `${base}/token` }, env), 'fr');
  try {
    await expect(client.lines('/$import-documents', Buffer.from('{}\n'))).rejects.toThrow('307');
    expect(asked).toEqual(['/token', '/$import-documents']);
  } finally {
    await client.close();
    server.close();
  }
});

describe('settings', () => {
  it('come from options before variables before the file, whose paths are its own', () => {
    const file = path.join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ ca: 'ca.pem', chunk: 7, concurrency: 3, administrator: true }));
    const read = loadSettings({ chunk: '9' }, { ...env, DMP_TAKEOVER_CHUNK: '8', DMP_TAKEOVER_CONCURRENCY: '4' }, file);
    expect(read).toMatchObject({ chunk: 9, concurrency: 4, administrator: true, key: 'k.json' });
    expect(read.ca).toBe(path.join(folder, 'ca.pem'));
    expect(read.base).toBe('https://facade.example/fhir');
  });

  it('lead nowhere in clear, but on this machine', () => {
    for (const base of ['http://facade.example/fhir', 'http://localhost.example/fhir', 'ftp://localhost/fhir'])
      expect(() => loadSettings({ base }, env), base).toThrow('--base');
    expect(() => loadSettings({ tokenUrl: 'http://facade.example/token' }, env)).toThrow('--token-url');
    for (const base of ['http://localhost:8080/fhir', 'http://127.0.0.1:8080/fhir'])
      expect(loadSettings({ base }, env).base).toBe(base);
  });

  it('that lack are all named, and a misspelt one is', () => {
    expect(() => loadSettings({}, {})).toThrow(/--base[\s\S]*--person-role/);
    const file = path.join(folder, 'wrong.json');
    writeFileSync(file, '{"strcture":"1"}');
    expect(() => loadSettings({}, env, file)).toThrow('strcture');
  });

  it('have an option and a variable each', () => {
    expect(Object.keys(settings).map(optionOf)).toContain('patient-system');
    expect(variableOf('patientSystem')).toBe('DMP_TAKEOVER_PATIENT_SYSTEM');
  });
});
