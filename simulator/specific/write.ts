/** Answers of the operations that only the DMP has: one `output` with its rows, a status and a sentence (dmp-wire §7). */
import type { Answer } from '../exchange.ts';
import { el, textEl } from '../patients/write.ts';
import type { Status } from './status.ts';

/** The answer to an operation of a namespace; `rows` are serialised already. */
export function answerTo(namespace: string, operation: string, { status, context }: Status, rows = ''): Answer {
  const output = el('output', {}, rows, textEl('status', status), textEl('context', context));
  return { body: el(`${operation}Response`, { xmlns: namespace }, output) };
}
