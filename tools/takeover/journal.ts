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
  private isBegun = false;
  /** Its id there. */
  takeover: string | undefined;
  private fd: number | undefined;

  /** Nothing is written before there is something to remember. @throws JournalError when the file is about another façade or structure */
  constructor(
    private readonly file: string,
    private readonly of: { base: string; structure: string },
  ) {
    const entries = existsSync(file) ? this.read(file) : [];
    for (const entry of entries) this.take(entry);
    const begun = entries.flatMap((e) => ('begun' in e ? [e.begun] : []))[0];
    if (begun && (begun.base !== of.base || begun.structure !== of.structure)) throw new JournalError(file);
    this.isBegun = begun !== undefined;
    if (!begun) this.key = randomUUID();
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

  private append(...given: Entry[]): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    this.fd ??= openSync(this.file, 'a', 0o600);
    const entries = this.isBegun ? given : [{ begun: { key: this.key, ...this.of } }, ...given];
    writeSync(this.fd, entries.map((e) => `${JSON.stringify(e)}\n`).join(''));
    fdatasyncSync(this.fd);
    this.isBegun = true;
    for (const entry of entries) this.take(entry);
  }

  /** Before the façade is asked: whoever is killed meanwhile asks by the same name. */
  ask(): void {
    if (!this.isBegun) this.append();
  }

  begin(takeover: string): void {
    this.append({ takeover });
  }

  answered(answers: readonly Answered[]): void {
    this.append(...answers.map((answer) => ({ answer })));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/** It belongs to another façade or structure. */
export class JournalError extends Error {}
