/** A client that feeds documents asynchronously and gives up on none: what was not answered is sent again, through whoever lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FedDocument } from './documents.ts';

export interface Accepted {
  document: FedDocument;
  /** Of the request that was answered. */
  requestId: string;
}

export interface FeederOptions {
  /** Origins of the façades that are in service now. */
  origins: () => readonly string[];
  token: string;
  /** Is told of each document that was accepted. */
  onAccepted: (accepted: Accepted) => void;
}

const PAUSE_MS = 200;
const PATIENCE_MS = 30_000;

/**
 * Feeds lines of documents side by side, each in its order.
 * @throws Error when a document is refused: nothing that is sent here should be
 */
export async function feed(lines: readonly (readonly FedDocument[])[], options: FeederOptions): Promise<void> {
  await Promise.all(
    lines.map(async (line, i) => {
      for (const document of line) options.onAccepted(await deposit(document, options, i));
    }),
  );
}

/** @param turn where to begin, so that all façades are used */
async function deposit(document: FedDocument, { origins, token }: FeederOptions, turn: number): Promise<Accepted> {
  for (let attempt = turn; ; attempt++) {
    const living = origins();
    const origin = living[attempt % Math.max(1, living.length)];
    const { status, requestId } = (origin === undefined ? undefined : await post(origin, document, token)) ?? {};
    // 200, 201: it went through before its answer was lost: a former request was answered to nobody.
    if (requestId !== undefined && (status === 200 || status === 201 || status === 202)) return { document, requestId };
    if (status !== undefined && status < 500 && status !== 429)
      throw new Error(`A deposit was answered ${status}, which nothing explains.`);
    await sleep(PAUSE_MS);
  }
}

/** @returns the status, and the id by which the façade keeps the request; undefined: no whole answer came */
async function post(
  origin: string,
  { body }: FedDocument,
  token: string,
): Promise<{ status: number; requestId: string } | undefined> {
  try {
    const answer = await fetch(`${origin}/fhir/DocumentReference`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/fhir+json',
        prefer: 'respond-async',
      },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
      process.stderr.write(`${answer.status}: ${text.slice(0, 1000)}\n`);
    return { status: answer.status, requestId: answer.headers.get('x-request-id') ?? '' };
  } catch {
    return undefined;
  }
}
