/** Issue 6, line 4: what establishments write in a manifest, and how it is read. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { columnOf, columns, HeaderError } from '../../../tools/takeover/manifest/columns.ts';
import { readCsv } from '../../../tools/takeover/manifest/csv.ts';
import { dateTimeOf } from '../../../tools/takeover/manifest/dates.ts';
import { readManifest } from '../../../tools/takeover/manifest/index.ts';
import { readMapping, typeOf } from '../../../tools/takeover/manifest/mapping.ts';
import { readNdjson } from '../../../tools/takeover/manifest/ndjson.ts';
import { optionOf, settings } from '../../../tools/takeover/settings.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dmp-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Buffer => Buffer.from(text, encoding);

describe('a manifest in CSV', () => {
  const wanted = { file: 'a.pdf', patient: 'IPP-1', type: 'CR', date: '31/12/2019', title: 'Bilan; suite' };

  it.each([
    ['semicolons', 'fichier;ipp;type;date;titre\na.pdf;IPP-1;CR;31/12/2019;"Bilan; suite"\n'],
    ['commas', 'file,patient,type,date,title\r\na.pdf,IPP-1,CR,31/12/2019,Bilan; suite\r\n'],
    ['tabs', 'Fichier\tIPP\tType de document\tDate du document\tLibellé\na.pdf\tIPP-1\tCR\t31/12/2019\tBilan; suite'],
    ['a byte order mark', '\ufefffichier;ipp;type;date;titre\na.pdf;IPP-1;CR;31/12/2019;"Bilan; suite"\n'],
  ])('with %s', (_, text) => {
    expect(readCsv(bytes(text)).lines).toEqual([{ number: 2, file: 'a.pdf', values: wanted, findings: [] }]);
  });

  it('in UTF-16, as spreadsheets export it', () => {
    const text = '\ufefffichier;ipp;type;date;titre\r\né.pdf;IPP-1;CR;2019-12-31;Été\r\n';
    expect(readCsv(bytes(text, 'utf16le')).lines[0]?.values).toMatchObject({ file: 'é.pdf', title: 'Été' });
  });

  it('in Windows-1252 is refused: its accents would be lost', () => {
    expect(() => readCsv(bytes('fichier;ipp;type;date\né.pdf;1;CR;2019\n', 'latin1'))).toThrow();
  });

  it('keeps the numbers of its lines over empty ones and cells of several lines', () => {
    const text = 'file;patient;type;date;title\na;1;CR;2019-01-01;"two\nlines"\n\n;;;;\nb;2;CR;2019-01-01;x\n';
    const { lines } = readCsv(bytes(text));
    expect(lines.map(({ file, values }) => [file, values.title])).toEqual([
      ['a', 'two\nlines'],
      ['b', 'x'],
    ]);
    expect(lines[1]?.number).toBe(6);
  });

  it('says which columns it lacks, has twice, or passes over', () => {
    const failed = (text: string): unknown => {
      try {
        return readCsv(bytes(text));
      } catch (error) {
        return error instanceof HeaderError ? [error.lacking, error.twice] : error;
      }
    };
    expect(failed('file;ins\n')).toEqual([['type', 'date'], []]);
    expect(failed('file;ins;ipp;type;date\n')).toEqual([[], ['patient']]);
    expect(readCsv(bytes('file;ins;type;date;Service\na;b;c;d;e\n')).unknown).toEqual(['Service']);
  });

  it('says of a line that it has too few or too many cells', () => {
    const { lines } = readCsv(bytes('file;ins;type;date\na;b;c\na;b;c;d\na;b;c;d;e\n'));
    expect(lines.map(({ findings }) => findings.map((f) => f.key))).toEqual([['columns'], [], ['columns']]);
  });
});

it('every name of a column is understood, whatever its case and accents', () => {
  for (const [column, { names }] of Object.entries(columns))
    for (const name of names) expect([name, columnOf(name.toUpperCase())]).toEqual([name, column]);
  expect(columnOf('Libellé')).toBe('title');
  expect(columnOf('Cadre d’exercice')).toBe('practice_setting');
});

describe('a manifest in NDJSON', () => {
  it('is read line by line; one that is no object says so', () => {
    const text = '{"fichier":"a.pdf","ipp":42,"type":"CR","date":"2019-01-01","étage":"3"}\n\nnot json\n[1]\n';
    const { lines, unknown } = readNdjson(bytes(text));
    expect(lines.map((l) => [l.number, l.values.patient, l.findings.map((f) => f.key)])).toEqual([
      [1, '42', []],
      [3, undefined, ['json']],
      [4, undefined, ['json']],
    ]);
    expect(unknown).toEqual(['étage']);
  });
});

describe('a folder', () => {
  it('is read by the names of its documents and by what stands beside them', () => {
    const here = path.join(folder, 'scans');
    mkdirSync(path.join(here, '2019'), { recursive: true });
    for (const name of ['IPP-1__CR__2019-03-12__Bilan.pdf', 'b.PDF', 'b.txt.json', 'notes.docx', '2019/x.xml'])
      writeFileSync(path.join(here, name), '');
    writeFileSync(path.join(here, 'b.PDF.json'), '{"patient":"IPP-2","type":"CR","date":"2019-03-13"}');
    writeFileSync(path.join(here, '2019/x.xml.json'), '{');
    const { lines } = readManifest(here);
    expect(lines.map((l) => [l.file, l.values.patient, l.values.title, l.findings.map((f) => f.key)])).toEqual([
      ['2019/x.xml', undefined, undefined, ['json']],
      ['IPP-1__CR__2019-03-12__Bilan.pdf', 'IPP-1', 'Bilan', []],
      ['b.PDF', 'IPP-2', undefined, []],
    ]);
  });

  it('with a manifest is read by that', () => {
    const here = path.join(folder, 'with');
    mkdirSync(here);
    writeFileSync(path.join(here, 'z.pdf'), '');
    writeFileSync(path.join(here, 'manifest.csv'), 'file;ipp;type;date\na.pdf;1;CR;2019-01-01\n');
    expect(readManifest(here)).toMatchObject({ folder: here, lines: [{ file: 'a.pdf' }] });
  });
});

describe('a date', () => {
  it.each([
    ['2019-12-31', '2019-12-31'],
    ['31/12/2019', '2019-12-31'],
    ['1/2/2019', '2019-02-01'],
    ['31-12-2019', '2019-12-31'],
    ['20191231', '2019-12-31'],
    ['31/12/2019 14:05', '2019-12-31T14:05:00+01:00'],
    ['14/07/2019 9h30', '2019-07-14T9:30:00+02:00'.replace('T9', 'T09')],
    ['2019-07-14T09:30:00Z', '2019-07-14T09:30:00Z'],
    ['2019-07-14T09:30:00+0200', '2019-07-14T09:30:00+02:00'],
    ['201907140930', '2019-07-14T09:30:00+02:00'],
    // The hour that is there twice, and the one that is not there.
    ['27/10/2019 02:30', '2019-10-27T02:30:00+01:00'],
    ['31/03/2019 03:30', '2019-03-31T03:30:00+02:00'],
  ])('%s is %s', (written, read) => expect(dateTimeOf(written)).toBe(read));

  it.each(['31/02/2019', '12/31/2019', '2019', 'hier', '2019-13-01', '2019-01-01T25:00', '', '31/12/19'])(
    '%j is none',
    (written) => expect(dateTimeOf(written)).toBeUndefined(),
  );
});

describe('document types', () => {
  const mapping = readMapping(
    bytes('Type local;Type;Classe;Titre\nCR-HOSP;34112-3;;Compte rendu\nsocial;28653-4;60;\n'),
  );

  it('are mapped whatever their case, or are codes of the DMP', () => {
    expect(typeOf('cr-hosp ', mapping)).toMatchObject({ code: '34112-3', title: 'Compte rendu' });
    expect(typeOf('SOCIAL', mapping)).toMatchObject({ code: '28653-4', class: '60' });
    expect(typeOf('28653-4', new Map())).toEqual({ code: '28653-4', scheme: '2.16.840.1.113883.6.1' });
    expect(typeOf('http://loinc.org|28653-4', new Map())).toMatchObject({ code: '28653-4' });
  });

  it('that are neither are unknown, also when the mapping leads nowhere', () => {
    expect(typeOf('LETTRE', mapping)).toBeUndefined();
    expect(typeOf('x', readMapping(bytes('local,type\nx,99999-9\n')))).toBeUndefined();
    expect(() => readMapping(bytes('a;b\n1;2\n'))).toThrow();
  });
});

it('docs/take-over.md has every header and every setting', () => {
  const page = readFileSync('docs/take-over.md', 'utf8');
  for (const [column, { names }] of Object.entries(columns))
    expect(page).toMatch(new RegExp(`\\| \`${column}\` +\\| ${names.join(', ')} +\\|`));
  for (const [name, [, meaning]] of Object.entries(settings))
    expect(page).toMatch(
      new RegExp(`\\| \`${name}\` +\\| \`--${optionOf(name)}\` +\\| ${literal(meaning.replaceAll('|', '\\|'))} +\\|`),
    );
});
