/** Forms that browsers post here: small, and read once. */
import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

const most = 16 * 1024;

/** @returns undefined when it is no form, or too long for one */
export async function formOf(req: Request): Promise<URLSearchParams | undefined> {
  if (!req.is('application/x-www-form-urlencoded')) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** A field as somebody typed it, without blanks around; '' when it is not there. */
export const field = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').trim();

/** Whether a form came from a page of ours. */
export function isOurs(form: URLSearchParams, csrf: string): boolean {
  const given = Buffer.from(form.get('csrf') ?? '');
  const expected = Buffer.from(csrf);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
