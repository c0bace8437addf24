/**
 * Issue 6, line 4: the take-over of the past, as its command line and as its FHIR door, over real HTTP and TLS, with the simulator: a
 * folder with every kind of fault is checked, fed, killed in the middle, resumed, and every line is accounted for.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationOutcome, Parameters } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, pdf, rtf, text, tiff } from '../support/documents.ts';
import { newOid, patients, simplified } from '../support/resources.ts';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { startTakeover, type TakeoverWorld } from '../support/takeover.ts';

interface Report {
  total: number;
  delivered: number;
  refused: number;
  pending: number;
  lines: { line: number; verdict: string; state: string; reasons: { code: string; text: string }[]; task?: string }[];
}

const nurse = { person: 'nurse', scope: 'system/DocumentReference.c system/Task.ru' } as const;
const director = { person: 'admin', scope: 'system/DocumentReference.c system/Task.ru' } as const;
const rowOf = (body: unknown): string | undefined => (body as OperationOutcome).issue[0]?.details?.coding?.[0]?.code;
const partOf = (body: unknown, name: string) => (body as Parameters).parameter?.find((p) => p.name === name);
const linesOf = (ndjson: string): Parameters[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Parameters);
const kickOff = (documents: number, more: Record<string, string> = {}): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'documents', valueInteger: documents },
    ...Object.entries({ name: 'Reprise', contactName: 'Léa FICTIVE', contactEmail: 'lea@verger.example', ...more }).map(
      ([name, valueString]) => ({ name, valueString }),
    ),
  ],
});
const async_ = { prefer: 'respond-async' };
const ndjson = { 'content-type': 'application/fhir+ndjson' };
const reportIn = (world: TakeoverWorld, name: string): Report =>
  JSON.parse(readFileSync(path.join(world.folder, name), 'utf8')) as Report;

/** Good lines: enough that somebody who kills finds one in the middle. */
const good = 44;
/** line of the manifest → the row that refuses it, by whoever finds out. */
const faults: readonly (readonly [row: string, cells: string])[] = [
  ['type-unknown', 'd/0.pdf;IPP-1;INCONNU;2019-01-01;x'],
  ['date', 'd/0.pdf;IPP-1;28653-4;31/02/2019;x'],
  ['date-implausible', 'd/0.pdf;IPP-1;28653-4;01/01/2199;x'],
  ['missing', 'd/0.pdf;;28653-4;2019-01-01;x'],
  ['file-missing', 'd/absent.pdf;IPP-1;28653-4;2019-01-01;x'],
  ['file-empty', 'd/empty.pdf;IPP-1;28653-4;2019-01-01;x'],
  ['file-format', 'd/broken.pdf;IPP-1;28653-4;2019-01-01;x'],
  ['pdf-encrypted', 'd/locked.pdf;IPP-1;28653-4;2019-01-01;x'],
  ['cda-invalid', 'd/invalid.xml;IPP-1;28653-4;2019-01-01;x'],
  ['duplicate', 'd/copy.pdf;IPP-1;28653-4;2019-01-01;x'],
  ['patient-unknown', 'd/unknown.pdf;IPP-404;28653-4;2019-01-01;x'],
  ['patient-unqualified', 'd/provisional.pdf;IPP-6;28653-4;2019-01-01;x'],
  ['columns', 'd/0.pdf;IPP-1;28653-4'],
  // The façade's own word: the patient objects; and the DMP's: there is no record.
  ['consent-feeding-opposed', 'd/opposed.pdf;IPP-2;28653-4;2019-01-01;x'],
  ['no-record', 'd/none.pdf;IPP-4;28653-4;2019-01-01;x'],
];

/** A manifest of `good` good lines of every format, and one of each fault. */
function prepare(world: TakeoverWorld): string {
  const { file } = world;
  const bytes = [pdf, (t: string) => text(t), (t: string) => rtf(t)];
  const names = ['pdf', 'txt', 'rtf'];
  const lines = Array.from({ length: good - 2 }, (_, i) => {
    file(`d/${i}.${names[i % 3]!}`, bytes[i % 3]!(`Document fictif ${i}`));
    return `d/${i}.${names[i % 3]!};${i % 2 ? 'IPP-1' : patients.P8.ins};28653-4;${(i % 27) + 1}/03/2019;Document ${i}`;
  });
  file('d/scan.jpg', jpeg());
  file('d/scan.tif', tiff());
  for (const name of ['unknown', 'provisional', 'opposed', 'none']) file(`d/${name}.pdf`, pdf(name));
  file('d/copy.txt', text('Document fictif 1'));
  file('d/copy.pdf', pdf('Document fictif 3'));
  file('d/empty.pdf', '');
  file('d/broken.pdf', pdf('x').subarray(0, 100));
  file('d/locked.pdf', Buffer.concat([pdf('y'), Buffer.from('trailer\n<< /Encrypt 9 0 R >>\n%%EOF\n')]));
  file('d/invalid.xml', '<a/>');
  return file(
    'manifest.csv',
    [
      '\ufefffichier;patient;type de document;date;titre',
      ...lines,
      'd/scan.jpg;IPP-1;28653-4;2018-02-02;Scan',
      'd/scan.tif;IPP-1;28653-4;20180203;Scan',
      ...faults.map(([, cells]) => cells),
    ].join('\r\n'),
  );
}

describe('the command line', () => {
  let world: TakeoverWorld;
  let manifest: string;
  let state: string;
  beforeAll(async () => {
    world = await startTakeover();
    state = path.join(world.folder, 'state');
    await world.meet('P1', 'IPP-1');
    await world.meet('P2', 'IPP-2', 'deny');
    await world.meet('P4', 'IPP-4');
    await world.meet('P8', 'IPP-8');
    await world.meet('P6', 'IPP-6', 'permit', {
      identifier: [{ system: 'urn:oid:2.16.840.1.113883.19.7602.9', value: 'IPP-6' }],
    });
    manifest = prepare(world);
  });
  afterAll(() => world.close());
  const deposited = (): number =>
    world.stack.simulator
      .world()
      .registry.documents()
      .filter((d) => d.signature).length;

  it('says what would be refused and why, and keeps nothing', async () => {
    await world.stack.resetCalls();
    const { code, stdout } = await world.run('check', manifest, '--full', '--report', 'check.json');
    expect(code, stdout).toBe(2);
    const { lines, refused, total } = reportIn(world, 'check.json');
    // All but the last, which only the DMP can tell.
    expect([total, refused]).toEqual([good + faults.length, faults.length - 1]);
    for (const [i, [row]] of faults.slice(0, -1).entries()) {
      const line = lines[good + i]!;
      expect([line.line, line.reasons.map((r) => r.code)]).toEqual([good + i + 2, expect.arrayContaining([row])]);
    }
    expect(stdout).toContain('59 lignes');
    for (const secret of ['IPP-', '.pdf', patients.P8.ins]) {
      expect(stdout).not.toContain(secret);
      expect(JSON.stringify(lines)).not.toContain(secret);
    }
    expect(await world.stack.calls()).toEqual([]);
    const listed = await world.ask(nurse, 'GET', '/$import-status');
    expect((listed.body as Parameters).parameter ?? []).toEqual([]);
    expect(readdirSync(world.folder).filter((name) => name.endsWith('.takeover'))).toEqual([]);
    const rows = await world.stack.database.query('SELECT 1 FROM feed_item UNION ALL SELECT 1 FROM takeover_line');
    expect(rows).toEqual([]);
  });

  it('killed in the middle, again and again, goes on where it was, and every line is accounted for', async () => {
    const before = deposited();
    const args = ['run', manifest, '--state', state, '--chunk', '2', '--concurrency', '1', '--poll', '1'];
    for (const least of [4, 12]) {
      const { child, ended } = world.begin(args);
      while (world.answered(state) < least) await sleep(2);
      child.kill('SIGKILL');
      await ended;
      expect(world.answered(state)).toBeLessThan(good);
    }
    const answered = world.answered(state);
    const { code, stdout, stderr } = await world.run(...args, '--report', 'run.json', '--json');
    expect(code, stdout + stderr).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ total: 59, delivered: good, refused: faults.length, pending: 0 });
    // What had its answer was not sent again: each good line, the opposed one and the one without a record have one answer.
    expect(world.answered(state)).toBe(good + 2);
    expect(answered).toBeGreaterThanOrEqual(12);
    const { lines } = reportIn(world, 'run.json');
    for (const [i, [row]] of faults.entries()) {
      const line = lines[good + i]!;
      expect(line.verdict).toBe('refused');
      expect(line.reasons.length, row).toBeGreaterThan(0);
    }
    expect(deposited()).toBe(before + good);

    // The façade says the same.
    const { stdout: status } = await world.run('status', manifest, '--state', state, '--json');
    const {
      counts,
      received,
      state: stands,
    } = JSON.parse(status) as {
      counts: { state: string; count: number }[];
      received: number;
      state: string;
    };
    expect([stands, received]).toEqual(['done', good + 2]);
    expect(counts.find((c) => c.state === 'delivered')?.count).toBe(good);
  });

  it('run again, also from another machine that knows nothing, feeds nothing twice', async () => {
    const before = deposited();
    await world.stack.resetCalls();
    const again = await world.run('run', manifest, '--state', state, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: good, refused: faults.length });
    expect(await world.stack.calls()).toEqual([]);
    const elsewhere = path.join(world.folder, 'elsewhere');
    const other = await world.run('run', manifest, '--state', elsewhere, '--json', '--poll', '1');
    expect(JSON.parse(other.stdout)).toMatchObject({ delivered: good, refused: faults.length, pending: 0 });
    expect(deposited()).toBe(before);
  });

  it('says what is wrong with its settings and its source', async () => {
    expect((await world.run('run')).code).toBe(1);
    expect(await world.run('check', 'nowhere.csv')).toMatchObject({ code: 1, stdout: '' });
    const wrong = world.file('wrong.csv', 'fichier;ipp\na;b\n');
    expect((await world.run('check', wrong, '--lang', 'en')).stderr).toContain('missing: type, date; twice: —.');
    const keyless = await world.run('check', manifest, '--key', path.join(world.folder, 'no.jwk.json'));
    expect([keyless.code, keyless.stderr]).toEqual([1, expect.stringMatching(/--key .*no\.jwk\.json \(ENOENT\)/)]);
    const lost = await world.run(
      'check',
      manifest,
      '--base',
      'https://localhost:65535/fhir',
      '--token-url',
      'https://localhost:65535/oauth/token',
      '--state',
      path.join(world.folder, 'lost'),
    );
    const other = await world.run('status', manifest, '--state', state, '--base', 'https://localhost:65535/fhir');
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('--state')]);
    expect([lost.code, lost.stderr]).toEqual([5, expect.stringContaining('ECONNREFUSED')]);
  });
});

describe('the FHIR door', () => {
  let world: TakeoverWorld;
  beforeAll(async () => {
    world = await startTakeover();
    await world.meet('P1', 'IPP-1');
  });
  afterAll(() => world.close());
  const line = (id: string, uniqueId = newOid(), content = `Ligne ${id}`): string =>
    JSON.stringify({ ...simplified({ uniqueId, content: text(content), contentType: 'text/plain' }), id });
  async function begun(documents = 100): Promise<string> {
    const { status, headers, body } = await world.ask(nurse, 'POST', '/$import', kickOff(documents), async_);
    expect([status, partOf(body, 'state')?.valueCode]).toEqual([202, 'running']);
    const location = headers.get('content-location')!;
    expect(location.startsWith(`${world.stack.base}/$import-status?takeover=`)).toBe(true);
    return location.split('=')[1]!;
  }
  const send = (takeover: string, ...lines: string[]) =>
    world.ask(nurse, 'POST', `/$import-documents?takeover=${takeover}`, `${lines.join('\n')}\n`, ndjson);
  const results = (answer: { text: string }): unknown[] =>
    linesOf(answer.text).map((l) => [partOf(l, 'line')?.valueId, partOf(l, 'result')?.valueCode]);
  const change = (takeover: string, action: string, who: TokenOptions = nurse, more: object[] = []) =>
    world.ask(who, 'POST', '/$import-change', {
      resourceType: 'Parameters',
      parameter: [{ name: 'takeover', valueId: takeover }, { name: 'action', valueCode: action }, ...more],
    });
  async function until(takeover: string, isThere: (counts: Record<string, number>) => boolean): Promise<void> {
    for (;;) {
      const { status, text: said, body } = await world.ask(nurse, 'GET', `/$import-status?takeover=${takeover}`);
      expect(
        status,
        said +
          world.stack
            .log()
            .split('\n')
            .filter((l) => l.includes('unforeseen'))
            .join(),
      ).toBeLessThan(300);
      const groups = (body as Parameters).parameter!.filter((p) => p.name === 'count').map((p) => p.part!);
      const counts = Object.fromEntries(
        groups.map((g) => [
          String(g.find((p) => p.name === 'state')?.valueCode),
          Number(g.find((p) => p.name === 'count')?.valueInteger),
        ]),
      );
      if (isThere(counts)) return;
      await sleep(50);
    }
  }

  it('is begun once by the same reference, and not without respond-async', async () => {
    const refused = await world.ask(nurse, 'POST', '/$import', kickOff(1));
    expect([refused.status, rowOf(refused.body)]).toEqual([400, 'takeover-async']);
    const same = kickOff(3, { reference: 'once' });
    const [one, two] = [
      await world.ask(nurse, 'POST', '/$import', same, async_),
      await world.ask(nurse, 'POST', '/$import', same, async_),
    ];
    expect(one.headers.get('content-location')).toBe(two.headers.get('content-location'));
    for (const [wrong, row] of [
      [kickOff(0), 'takeover-value'],
      [kickOff(1, { contactEmail: 'nobody' }), 'takeover-value'],
      [kickOff(1, { contactEmail: 'léa@verger.example' }), 'takeover-value'],
      [kickOff(1, { begin: '2026-02-31' }), 'takeover-value'],
      [kickOff(1, { contactName: 'a\r\nBcc: x@y.example' }), 'takeover-value'],
      [kickOff(1, { colour: 'red' }), 'operation-parameter-unknown'],
    ] as const) {
      const { body } = await world.ask(nurse, 'POST', '/$import', wrong, async_);
      expect(rowOf(body)).toBe(row);
    }
  });

  it('answers each line in its place, whatever is wrong with another, and the same again with the same', async () => {
    const takeover = await begun();
    const lines = [
      line('a'),
      '{"resourceType":',
      line('b'),
      '{"resourceType":"Patient","id":"p"}',
      line('no id').replace(/"id":"no id"/, '"x":1'),
      line('a'),
    ];
    const first = await send(takeover, ...lines);
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'application/fhir+ndjson']);
    expect(results(first)).toEqual([
      ['a', 'accepted'],
      [undefined, 'refused'],
      ['b', 'accepted'],
      ['p', 'refused'],
      [undefined, 'refused'],
      ['a', 'refused'],
    ]);
    const again = await send(takeover, lines[0]!, lines[2]!);
    expect(results(again)).toEqual([
      ['a', 'same'],
      ['b', 'same'],
    ]);
    expect(partOf(linesOf(again.text)[0], 'task')).toEqual(partOf(linesOf(first.text)[0], 'task'));
    const other = await send(takeover, line('a'));
    expect(rowOf(partOf(linesOf(other.text)[0], 'outcome')?.resource)).toBe('takeover-line-otherwise');
    await change(takeover, 'complete');
    await until(takeover, (counts) => counts['delivered'] === 2);
    const done = await world.ask(nurse, 'GET', `/$import-status?takeover=${takeover}`);
    expect([done.status, partOf(done.body, 'state')?.valueCode, partOf(done.body, 'received')?.valueInteger]).toEqual([
      200,
      'done',
      3,
    ]);
    const report = await world.ask(nurse, 'GET', `/$import-report?takeover=${takeover}`);
    expect(
      linesOf(report.text)
        .map((l) => [partOf(l, 'line')?.valueId, partOf(l, 'state')?.valueCode])
        .sort(),
    ).toEqual([
      ['a', 'delivered'],
      ['b', 'delivered'],
      ['p', 'rejected'],
    ]);
    const late = await send(takeover, line('z'));
    expect([late.status, rowOf(late.body)]).toEqual([409, 'takeover-state']);
  });

  it('takes no more lines than planned, and no more than its limit at once', async () => {
    const takeover = await begun(2);
    const three = await send(takeover, line('a'), line('b'), line('c'));
    expect([three.status, rowOf(three.body)]).toEqual([409, 'takeover-beyond-plan']);
    const many = await send(takeover, ...Array.from({ length: 501 }, () => '{}'));
    expect([many.status, rowOf(many.body)]).toEqual([413, 'takeover-lines']);
    expect((await send(takeover, '')).status).toBe(400);
    const wrong = await world.ask(nurse, 'POST', `/$import-documents?takeover=${takeover}`, '{}', {
      'content-type': 'text/csv',
    });
    expect(wrong.status).toBe(415);
  });

  it('paused, keeps its lines and sends none; resumed, sends them; cancelled, never', async () => {
    const takeover = await begun();
    expect((await change(takeover, 'pause')).status).toBe(200);
    await world.stack.resetCalls();
    expect(results(await send(takeover, line('a'), line('b')))).toEqual([
      ['a', 'accepted'],
      ['b', 'accepted'],
    ]);
    await until(takeover, (counts) => counts['waiting'] === 1 || counts['queued'] === 2);
    const paused = await world.ask(nurse, 'GET', `/$import-status?takeover=${takeover}`);
    expect([paused.status, partOf(paused.body, 'pause')?.part?.[0]?.valueCode]).toEqual([202, 'takeover-paused']);
    expect(await world.stack.calls()).not.toContain('TD2.1');
    expect((await change(takeover, 'cancel')).status).toBe(200);
    // What was in somebody's hands at that moment is refused in its turn.
    await until(takeover, (counts) => (counts['cancelled'] ?? 0) + (counts['refused'] ?? 0) === 2);
    const resumed = await change(takeover, 'resume');
    expect([resumed.status, rowOf(resumed.body)]).toEqual([409, 'takeover-state']);
    expect(await world.stack.calls()).not.toContain('TD2.1');

    const other = await begun();
    await change(other, 'pause');
    await send(other, line('c'));
    await change(other, 'resume');
    await until(other, (counts) => counts['delivered'] === 1);
  });

  it('shows one structure nothing of another’s', async () => {
    const takeover = await begun();
    const elsewhere = { ...nurse, structure: { id: '1990100208', name: 'EHPAD FICTIF LES TILLEULS' } };
    for (const url of [`/$import-status?takeover=${takeover}`, `/$import-report?takeover=${takeover}`]) {
      for (const who of [elsewhere, { ...elsewhere, administrator: true }]) {
        const seen = await world.ask(who, 'GET', url);
        expect([seen.status, rowOf(seen.body)], url).toEqual([404, 'takeover-unknown']);
      }
      expect((await world.ask(director, 'GET', url)).status).toBeLessThan(203);
    }
    const sent = await world.ask(elsewhere, 'POST', `/$import-documents?takeover=${takeover}`, line('a'), ndjson);
    expect([sent.status, rowOf(sent.body)]).toEqual([404, 'takeover-unknown']);
    expect(rowOf((await change(takeover, 'cancel', elsewhere)).body)).toBe('takeover-unknown');
    const unknown = await world.ask(nurse, 'GET', '/$import-status?takeover=6f9619ff-8b86-4d01-b42d-00c04fc964ff');
    expect([unknown.status, rowOf(unknown.body)]).toEqual([404, 'takeover-unknown']);
    for (const url of ['/$import-status', `/$import-report?takeover=${takeover}`])
      for (const scope of ['user/Patient.rs', 'system/DocumentReference.c']) {
        const weak = await world.ask({ person: 'nurse', scope }, 'GET', url);
        expect([weak.status, rowOf(weak.body)], `${scope} ${url}`).toEqual([403, 'scope-missing']);
      }
    // Who only looks needs no right to deposit, and has none.
    const reader = { person: 'admin', scope: 'user/Task.rs' } as const;
    expect((await world.ask(reader, 'GET', `/$import-status?takeover=${takeover}`)).status).toBe(202);
    expect((await world.ask(reader, 'GET', `/$import-report?takeover=${takeover}`)).status).toBe(200);
    const taken = await world.ask(reader, 'POST', `/$import-documents?takeover=${takeover}`, line('a'), ndjson);
    expect([taken.status, rowOf(taken.body)]).toEqual([403, 'scope-missing']);
    expect(rowOf((await change(takeover, 'cancel', reader)).body)).toBe('scope-missing');
    expect((await world.ask(nurse, 'GET', '/$import-status?colour=red')).status).toBe(400);
  });
});

describe('beyond what the CNAM may be surprised by, and outside the windows', () => {
  let world: TakeoverWorld;
  beforeAll(async () => {
    // A window that is closed for hours to come, every day of the week.
    const hour = Number(
      new Intl.DateTimeFormat('fr', { hour: '2-digit', timeZone: 'Europe/Paris' }).format().slice(0, 2),
    );
    const at = (h: number): string => `${String((hour + h) % 24).padStart(2, '0')}:00`;
    world = await startTakeover({
      FEED_TAKEOVER_HOURS: `${at(4)}-${at(6)}`,
      FEED_WORKING_DAYS: 'mon,tue,wed,thu,fri,sat,sun',
      FEED_HOLIDAYS_REGION: 'none',
      FEED_NOTICE_DOCUMENTS_PER_DAY: '3',
    });
    await world.meet('P1', 'IPP-1');
  });
  afterAll(() => world.close());

  it('nothing is taken before it was confirmed, by an administrator; then it waits for its window', async () => {
    const lines = ['file;patient;type;date'];
    for (let i = 0; i < 5; i++) {
      world.file(`w/${i}.txt`, text(`Attente ${i}`));
      lines.push(`w/${i}.txt;IPP-1;28653-4;2019-01-0${i + 1}`);
    }
    const manifest = world.file('waiting.csv', lines.join('\n'));
    expect(await world.run('run', manifest)).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('CNAM') as string,
    });
    const takeover = (JSON.parse((await world.run('status', manifest, '--json')).stdout) as { takeover: string })
      .takeover;
    const one = JSON.stringify({ ...simplified({ content: text(), contentType: 'text/plain' }), id: 'x' });
    const own = { person: 'admin', scope: 'system/DocumentReference.c system/Task.ru' } as const;
    const early = await world.ask(own, 'POST', `/$import-documents?takeover=${takeover}`, one, ndjson);
    expect([early.status, rowOf(early.body)]).toEqual([409, 'takeover-unconfirmed']);

    // The message is for administrators, and so is the confirmation.
    expect((await world.run('notice', manifest)).code).toBe(4);
    const notice = await world.run('notice', manifest, ...world.asAdministrator, '--out', world.folder);
    expect(notice.code, notice.stderr).toBe(0);
    const written = readFileSync(path.join(world.folder, 'notice.txt'), 'utf8');
    for (const words of [
      'dmp-moamoe.cnam@assurance-maladie.fr',
      '5 documents',
      'Léa FICTIVE',
      'EHPAD FICTIF LE VERGER',
    ])
      expect(written).toContain(words);
    for (const name of ['notice.txt', 'notice.eml'])
      expect(statSync(path.join(world.folder, name)).mode & 0o077, name).toBe(0);
    expect(readFileSync(path.join(world.folder, 'notice.eml'), 'utf8')).toContain('Subject: =?utf-8?B?');
    const say = ['--on', '2026-11-01', '--reference', 'courriel du 1er novembre'];
    const refused = await world.run('confirm', manifest, ...say);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('administrateur')]);
    const future = await world.run(
      'confirm',
      manifest,
      ...world.asAdministrator,
      '--on',
      '2199-01-01',
      '--reference',
      'x',
    );
    expect(future.code).toBe(5);
    const confirmed = await world.run('confirm', manifest, ...world.asAdministrator, ...say);
    expect(confirmed.code, confirmed.stderr).toBe(0);

    await world.stack.resetCalls();
    const { code, stdout } = await world.run('run', manifest, '--no-wait', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([3, { total: 5, delivered: 0, refused: 0, pending: 5 }]);
    const status = await world.ask(own, 'GET', `/$import-status?takeover=${takeover}`);
    expect(status.status).toBe(202);
    const pause = partOf(status.body, 'pause')!.part!;
    expect(pause.find((p) => p.name === 'reason')?.valueCode).toBe('feed-window');
    expect(Date.parse(pause.find((p) => p.name === 'until')!.valueInstant!)).toBeGreaterThan(Date.now());
    expect(partOf(status.body, 'confirmation')?.part?.[0]?.valueDate).toBe('2026-11-01');
    expect(await world.stack.calls()).not.toContain('TD2.1');
  });

  it('several small ones are one large one', async () => {
    const contactEmail = "o'fictive+dmp@verger.example";
    const { body } = await world.ask(nurse, 'POST', '/$import', kickOff(2, { contactEmail }), async_);
    expect(partOf(body, 'state')?.valueCode).toBe('unconfirmed');
    expect(partOf(body, 'notice')).toBeUndefined();
    const seen = await world.ask(director, 'GET', `/$import-status?takeover=${partOf(body, 'takeover')!.valueId!}`);
    expect(partOf(seen.body, 'notice')?.part?.find((p) => p.name === 'text')?.valueString).toContain('7 documents');
  });

  it('so many that nobody could add them up are not begun', async () => {
    let last = await world.ask(nurse, 'POST', '/$import', kickOff(1), async_);
    for (let begun = 1; last.status === 202 && begun <= 50; begun++)
      last = await world.ask(nurse, 'POST', '/$import', kickOff(1), async_);
    expect([last.status, rowOf(last.body)]).toEqual([409, 'takeover-many']);
  });
});

/** The page's own commands (docs/take-over.md), on the façade of this test. */
it('docs/take-over.md: what it says works', async () => {
  const world = await startTakeover();
  try {
    await world.meet('P1', 'IPP-000042');
    const page = readFileSync('docs/take-over.md', 'utf8');
    const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
      .flatMap(([, block]) => (block ?? '').split('\n'))
      .filter((line) => line.startsWith('npx dmp-takeover '));
    expect(commands.map((c) => c.split(' ')[2])).toEqual(['check', 'run', 'status', 'report']);
    const codes: (number | null)[] = [];
    for (const command of commands) {
      const args = command
        .split(' ')
        .slice(2)
        .map((a) => (a.startsWith('docs/') ? path.resolve(a) : a));
      const ended = await world.run(...args);
      expect(ended.stderr).toBe('');
      codes.push(ended.code);
    }
    expect(codes.slice(0, 3)).toEqual([2, 3, 0]);
    expect([2, 3]).toContain(codes[3]);
    const { total, refused, lines } = reportIn(world, 'data/report.json');
    expect([total, refused], JSON.stringify(lines)).toEqual([7, 3]);
    expect(lines.filter((l) => l.verdict === 'refused').map((l) => l.line)).toEqual([6, 7, 8]);
  } finally {
    await world.close();
  }
});
