/**
 * What the façade has answered, line by line, in a file that is only appended to and flushed before the next chunk goes out:
 * whoever is killed goes on where the answers end. A last line that was cut is as if it had never been there.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Finding } from './types.ts';

export interface Answered {
  reference: string;
  result: 'accepted' | 'same' | 'refused';
  /** `Task.id` */
  task?: string;
  findings: Finding[];
}

type Entry = { begun: { key: string; base: string; structure: string } } | { takeover: string } | { answer: Answered };

export class Journal {
  readonly answers = new Map<string, Answered>();
  /** Our name of the take-over at the façade: asking for it twice begins it once. */
  key = '';
  /** Its id there. */
  takeover: string | undefined;
  private readonly fd: number;

  /** @throws Error when the file is about another façade or structure */
  constructor(file: string, of: { base: string; structure: string }) {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const entries = existsSync(file) ? this.read(file) : [];
    this.fd = openSync(file, 'a', 0o600);
    for (const entry of entries) this.take(entry);
    const begun = entries.flatMap((e) => ('begun' in e ? [e.begun] : []))[0];
    if (begun === undefined) this.append({ begun: { key: randomUUID(), ...of } });
    else if (begun.base !== of.base || begun.structure !== of.structure)
      throw new Error(`${file}: ${begun.base}, ${begun.structure}`);
  }

  /** What is whole; what was cut off is taken away, so that nothing is appended to half a line. */
  private read(file: string): Entry[] {
    const text = readFileSync(file, 'utf8');
    const end = text.lastIndexOf('\n') + 1;
    if (end < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, end)));
    return text
      .slice(0, end)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
  }

  private take(entry: Entry): void {
    if ('begun' in entry) this.key = entry.begun.key;
    else if ('takeover' in entry) this.takeover = entry.takeover;
    else this.answers.set(entry.answer.reference, entry.answer);
  }

  private append(...entries: Entry[]): void {
    writeSync(this.fd, entries.map((e) => `${JSON.stringify(e)}\n`).join(''));
    fdatasyncSync(this.fd);
    for (const entry of entries) this.take(entry);
  }

  begin(takeover: string): void {
    this.append({ takeover });
  }

  answered(answers: readonly Answered[]): void {
    this.append(...answers.map((answer) => ({ answer })));
  }

  close(): void {
    closeSync(this.fd);
  }
}
