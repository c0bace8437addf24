/** Issue 6, line 4: what is found out of every line before anything is sent, and what it becomes. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateSimplifiedPublish } from '../../../server/fhir/validation/index.ts';
import { check, type CheckOptions } from '../../../tools/takeover/check/index.ts';
import { findings as texts, said } from '../../../tools/takeover/findings.ts';
import type { CheckedLine, Column, Manifest } from '../../../tools/takeover/types.ts';
import { jpeg, pdf, rtf, text, tiff } from '../../support/documents.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dmp-check-'));
const files: Record<string, Buffer | string> = {
  'a.pdf': pdf('A'),
  'b.pdf': pdf('B'),
  'copy.pdf': pdf('A'),
  'plain.pdf': pdf('C', false),
  'locked.pdf': Buffer.concat([pdf('D'), Buffer.from('trailer\n<< /Encrypt 9 0 R >>\nstartxref\n0\n%%EOF\n')]),
  'scan.jpg': jpeg(),
  'scan.tif': tiff(),
  'note.rtf': rtf(),
  'note.txt': text(),
  'empty.txt': '',
  'word.txt': Buffer.from([0x50, 0x4b, 3, 4, 0, 0]),
  'cut.pdf': pdf('E').subarray(0, 200),
  'large.txt': 'x'.repeat(5000),
  'no-cda.xml': '<html xmlns="http://www.w3.org/1999/xhtml"/>',
  'other.xml': '<a/>',
};
beforeAll(() => {
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

const options: CheckOptions = {
  mapping: new Map([['cr', { type: '34112-3', title: 'Compte rendu' }]]),
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
  patientSystem: 'urn:oid:2.16.840.1.113883.19.7602.9',
  insSystem: 'urn:oid:1.2.250.1.213.1.4.8',
  maxBytes: 4000,
  pdfa: 'warn',
  concurrency: 3,
  now: new Date('2026-11-28T09:00:00Z'),
};
type Given = Partial<Record<Column, string>>;
const good = { file: 'a.pdf', patient: 'IPP-1', type: 'CR', date: '12/03/2019' };

async function checked(lines: readonly Given[], more: Partial<CheckOptions> = {}): Promise<CheckedLine[]> {
  const manifest: Manifest = {
    folder,
    unknown: [],
    lines: lines.map((values, i) => ({ number: i + 2, file: values.file ?? '', values, findings: [] })),
  };
  return check(manifest, { ...options, ...more });
}
const keys = (line: CheckedLine | undefined): string[] => (line?.findings ?? []).map((f) => f.key);

describe('a line', () => {
  it.each<[string, Given, string[]]>([
    ['is good', {}, []],
    ['without a patient', { patient: undefined }, ['missing']],
    [
      'without anything',
      { file: undefined, patient: undefined, type: undefined, date: undefined },
      ['missing', 'missing', 'missing', 'missing'],
    ],
    ['of a type that nobody knows', { type: 'LETTRE' }, ['type-unknown']],
    ['of a type without class', { type: '101881-1' }, ['class-unknown']],
    ['of such a type with its class', { type: '101881-1', class: '10' }, []],
    ['with a class that does not exist', { class: '99' }, ['code-unknown']],
    ['with a date that is none', { date: '31/02/2019' }, ['date']],
    ['in the future', { date: '2027-01-01' }, ['date-implausible']],
    ['of the day that has begun further east', { date: '28/11/2026' }, []],
    ['before the century', { date: '1899-12-31' }, ['date-implausible']],
    ['that ends before it begins', { start: '2019-02-02', end: '2019-02-01' }, ['date-implausible']],
    ['with a practice setting that does not exist', { practice_setting: 'NOPE' }, ['code-unknown']],
    ['with a practice setting', { practice_setting: 'ESSMS' }, []],
    ['with an act without system', { event: 'ABC' }, ['code-unknown']],
    ['with a visibility that does not exist', { visibility: 'SECRET' }, ['code-unknown']],
    ['hidden from the patient', { visibility: 'INVISIBLE_PATIENT, MASQUE_PS' }, []],
    [
      'with an RPPS of ten digits',
      { author: 'MARTIN Anne', author_id: '1010101010', author_profession: '10' },
      ['author-id'],
    ],
    ['with an author of whom nothing else is known', { author: 'MARTIN Anne' }, ['author-incomplete']],
    [
      'with an author of the establishment’s own',
      { author: 'MARTIN Anne', author_id: '3990100109/MED-07', author_profession: '60' },
      [],
    ],
    [
      'with a profession that does not exist',
      { author: 'M', author_id: '99700204581', author_profession: '777' },
      ['author-id'],
    ],
    ['with an INS whose key is wrong', { patient: '2 36 04 69 990 123 00' }, ['patient-ins']],
  ])('%s', async (_, change, expected) => {
    const [line] = await checked([{ ...good, ...change }]);
    expect(keys(line)).toEqual(expected);
    expect(line?.document !== undefined).toBe(expected.length === 0);
  });
});

describe('a document', () => {
  it.each([
    ['b.pdf', []],
    ['plain.pdf', ['pdf-not-archival']],
    ['locked.pdf', ['pdf-encrypted']],
    ['scan.jpg', []],
    ['scan.tif', []],
    ['note.rtf', []],
    ['note.txt', []],
    ['empty.txt', ['file-empty']],
    ['word.txt', ['file-format']],
    ['cut.pdf', ['file-format']],
    ['large.txt', ['file-large']],
    ['no-cda.xml', ['file-format']],
    ['other.xml', ['cda-invalid']],
    ['absent.pdf', ['file-missing']],
    ['.', ['file-missing']],
  ])('%s', async (file, expected) => expect(keys((await checked([{ ...good, file }]))[0])).toEqual(expected));

  it('that is no PDF/A-1 is a warning, an error, or nothing, as the façade is set', async () => {
    const severity = async (pdfa: CheckOptions['pdfa']) =>
      (await checked([{ ...good, file: 'plain.pdf' }], { pdfa }))[0]?.findings.map((f) => f.severity);
    expect([await severity('warn'), await severity('refuse'), await severity('ignore')]).toEqual([
      ['warning'],
      ['error'],
      [],
    ]);
  });
});

it('a file outside of the folder is not read, by whatever way it is named', async () => {
  const outside = mkdtempSync(path.join(os.tmpdir(), 'dmp-outside-'));
  const secret = path.join(outside, 'secret.pdf');
  writeFileSync(secret, pdf('S'));
  symlinkSync(secret, path.join(folder, 'link.pdf'));
  symlinkSync(outside, path.join(folder, 'linked'));
  try {
    const ways = [secret, path.relative(folder, secret), 'link.pdf', 'linked/secret.pdf'];
    const lines = await checked([...ways, path.join(folder, 'a.pdf')].map((file) => ({ ...good, file })));
    expect(lines.map(keys)).toEqual([...ways.map(() => ['file-outside']), []]);
  } finally {
    rmSync(outside, { recursive: true });
  }
});

it('the same document of one patient twice is one; of two patients it is looked at', async () => {
  const lines = await checked([good, { ...good, file: 'copy.pdf' }, { ...good, file: 'copy.pdf', patient: 'IPP-2' }]);
  expect(lines.map(keys)).toEqual([[], ['duplicate'], ['same-content']]);
  expect(lines[1]?.findings[0]?.values).toEqual({ line: 2 });
  expect(lines[0]?.document?.uniqueId).not.toBe(lines[2]?.document?.uniqueId);
  // A line that is refused itself is no reason to refuse the one that is right.
  const wrong = { ...good, date: 'yesterday' };
  expect((await checked([wrong, good])).map(keys)).toEqual([['date'], []]);
});

describe('what is sent', () => {
  it('is the same whatever the order, the name of the file and the machine; another patient, bytes or structure is another', async () => {
    const [one] = await checked([good]);
    const again = (
      await checked([
        { ...good, file: 'b.pdf' },
        { ...good, file: 'copy.pdf', title: 'x' },
      ])
    )[1];
    expect(again?.document?.uniqueId).toBe(one?.document?.uniqueId);
    const [other] = await checked([good], { structure: { id: '1990100208', name: 'B' } });
    expect(other?.document?.uniqueId).not.toBe(one?.document?.uniqueId);
    // Worked out once and for all: whoever changes it feeds everything twice.
    expect(one?.document?.reference).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one?.document?.uniqueId).toMatch(/^2\.25\.\d{20,39}$/);
  });

  it('meets the profile of a simple deposit, with every column', async () => {
    const [line] = await checked([
      {
        ...good,
        ...{ title: 'Bilan', author: 'LE BIHAN Yann', author_id: '99700204581', author_profession: '60' },
        ...{ practice_setting: 'ESSMS' },
        ...{
          start: '11/03/2019 08:00',
          end: '12/03/2019',
          visibility: 'MASQUE_PS',
          event: 'ZZQL010|1.2.250.1.213.2.5',
        },
      },
    ]);
    const { content, ...rest } = line!.document!.resource as DocumentReference;
    const attachment = { ...content[0]!.attachment, data: pdf('A').toString('base64') };
    const resource = { ...rest, content: [{ attachment }] };
    expect(validateSimplifiedPublish(resource).filter((i) => (i.severity ?? 'error') === 'error')).toEqual([]);
    expect(attachment).toMatchObject({ title: 'Bilan', creation: '2019-03-12', contentType: 'application/pdf' });
    expect(JSON.stringify(rest.contained)).toContain('"value":"899700204581"');
    expect(JSON.stringify(rest.contained)).toContain('"family":"LE BIHAN","given":["Yann"]');
    expect(rest.context?.period).toEqual({ start: '2019-03-11T08:00:00+01:00', end: '2019-03-12' });
  });
});

it('every finding has a sentence in both languages, with the same places', () => {
  for (const [key, [fr, en]] of Object.entries(texts)) {
    const places = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
    expect([key, places(fr)]).toEqual([key, places(en)]);
    expect(said({ key, severity: 'error' }, 'en')).not.toBe('');
  }
});
