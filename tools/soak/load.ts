/** A steady load: what is deposited comes at a fixed pace, and others search and read meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { feed, type Accepted } from '../crash/feeder.ts';
import { lineOf } from '../crash/documents.ts';
import { INS_TEST, type Someone } from '../../test/support/resources.ts';

export interface LoadOptions {
  origins: () => readonly string[];
  /** Whose records are fed, and those, with documents in them, that are read: what is found there stays the same. */
  fed: readonly Someone[];
  read: readonly Someone[];
  /** Of somebody who deposits, and of somebody who reads. */
  nurse: string;
  doctor: string;
  signal: AbortSignal;
  onAccepted: (accepted: Accepted) => void;
}

/** Between two deposits, and between two rounds of reading, ms. */
const DEPOSIT_EVERY = 250;
const READ_EVERY = 200;

/** @returns how often was read @throws Error when something is not answered as it should be */
export async function steadyLoad(options: LoadOptions): Promise<number> {
  const [, read] = await Promise.all([deposits(options), reads(options)]);
  return read;
}

async function deposits({ origins, fed, nurse, signal, onAccepted }: LoadOptions): Promise<void> {
  const under: Promise<void>[] = [];
  for (let i = 0; !signal.aborted; i++) {
    const line = [lineOf(fed[i % fed.length]!, 1)];
    under.push(feed(line, { origins, token: nurse, onAccepted }));
    await sleep(DEPOSIT_EVERY);
  }
  await Promise.all(under);
}

async function reads({ origins, read, doctor, signal }: LoadOptions): Promise<number> {
  let count = 0;
  for (let i = 0; !signal.aborted; i++) {
    const all = origins();
    const origin = all[i % all.length]!;
    const patient = encodeURIComponent(`${INS_TEST}|${read[i % read.length]!.ins}`);
    const query = `patient.identifier=${patient}&status=current`;
    const page = await get<Bundle<DocumentReference>>(`${origin}/fhir/DocumentReference?${query}`, doctor);
    const url = page.entry?.[0]?.resource?.content[0]?.attachment.url;
    if (url === undefined) throw new Error('A document that was deposited is not found.');
    await get(`${origin}${new URL(url).pathname}`, doctor);
    await get(`${origin}/fhir/metadata`, doctor);
    count++;
    await sleep(READ_EVERY);
  }
  return count;
}

async function get<T>(url: string, token: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}
