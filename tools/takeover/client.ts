/**
 * The façade over HTTP: with a token, and with patience. What may pass (429, 502–504, no connection) is tried again as long as the
 * façade asks, up to a limit; what was sent may be sent again, since nothing that is sent here does anything twice.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import { Agent, fetch as undiciFetch, type RequestInit, type Response } from 'undici';
import { CommandError, exitCodes } from './errors.ts';
import type { Settings } from './settings.ts';
import { tokenSource } from './token.ts';
import type { Language } from './types.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Told<T> {
  status: number;
  headers: Response['headers'];
  body: T;
  text: string;
}

export interface Client {
  get<T>(path: string): Promise<Told<T>>;
  /** FHIR JSON. @param expected statuses from 400 on that are an answer */
  post<T>(path: string, resource: Resource, expected?: readonly number[], headers?: Record<string, string>): Promise<Told<T>>;
  /** NDJSON; text of the answer. */
  lines(path: string, ndjson: Buffer, expected?: readonly number[]): Promise<Told<unknown>>;
  close(): Promise<void>;
}

const passing: readonly number[] = [408, 429, 502, 503, 504];
const fhirJson = 'application/fhir+json';

/** An answer that ends the work. */
export class Refused extends CommandError {
  constructor(
    readonly status: number,
    readonly rows: readonly string[],
    message: string,
  ) {
    super(message, exitCodes.failed);
  }
}

/**
 * @param onWait is told that the façade asked to wait, and how long. Milliseconds
 * @param patienceMs after so long without a good answer it gives up
 */
export function createClient(
  settings: Settings,
  language: Language,
  { onWait = () => undefined, patienceMs = 30 * 60_000 }: { onWait?: (ms: number) => void; patienceMs?: number } = {},
): Client {
  const agent = new Agent(settings.ca === undefined ? {} : { connect: { ca: readFileSync(settings.ca) } });
  const fetch: Fetch = (url, init) => undiciFetch(url, { ...init, dispatcher: agent });
  const token = tokenSource(settings, fetch);

  async function send(path: string, init: RequestInit & { headers: Record<string, string> }, expected: readonly number[]) {
    const until = Date.now() + patienceMs;
    for (let attempt = 0, isAgain = false; ; attempt++) {
      const answer = await once(path, init, isAgain).catch((error: unknown) => unreachable(error, until));
      if (answer === undefined) await pause(undefined, attempt);
      else if (answer.status < 400 || expected.includes(answer.status)) return answer;
      else if (answer.status === 401 && !isAgain) isAgain = true;
      else if (passing.includes(answer.status) && Date.now() < until) await pause(answer, attempt);
      else throw refusedBy(answer);
    }
  }

  async function once(path: string, init: RequestInit & { headers: Record<string, string> }, isAgain: boolean) {
    const headers = { ...init.headers, authorization: `Bearer ${await token(isAgain)}`, 'accept-language': language };
    const response = await fetch(`${settings.base}${path}`, { ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** @throws what is no failure of the network, and that when it has lasted too long */
  function unreachable(error: unknown, until: number): undefined {
    if (error instanceof CommandError) throw error;
    if (Date.now() >= until)
      throw new CommandError(`${settings.base}: ${(error as Error).message}`, exitCodes.failed, { cause: error });
    return undefined;
  }

  async function pause(answer: { headers: Response['headers'] } | undefined, attempt: number): Promise<void> {
    const said = Number(answer?.headers.get('retry-after'));
    const ms = said > 0 ? said * 1000 : Math.min(60_000, 500 * 2 ** attempt);
    onWait(ms);
    await sleep(ms);
  }

  const parse = <T>(answer: Awaited<ReturnType<typeof send>>): Told<T> => ({
    ...answer,
    body: (/json/.test(answer.headers.get('content-type') ?? '') && !/ndjson/.test(answer.headers.get('content-type') ?? '')
      ? JSON.parse(answer.text)
      : undefined) as T,
  });

  return {
    get: async <T>(path: string) => parse<T>(await send(path, { method: 'GET', headers: { accept: fhirJson } }, [])),
    post: async <T>(path: string, resource: Resource, expected: readonly number[] = [], headers = {}) =>
      parse<T>(
        await send(
          path,
          {
            method: 'POST',
            headers: { accept: fhirJson, 'content-type': fhirJson, ...headers },
            body: JSON.stringify(resource),
          },
          expected,
        ),
      ),
    lines: async (path, ndjson, expected = []) =>
      parse(
        await send(
          path,
          {
            method: 'POST',
            headers: { accept: 'application/fhir+ndjson', 'content-type': 'application/fhir+ndjson' },
            body: new Uint8Array(ndjson),
          },
          expected,
        ),
      ),
    close: () => agent.close(),
  };
}

/** The façade's own words. */
export function refusedBy({ status, text }: { status: number; text: string }): Refused {
  let outcome: OperationOutcome | undefined;
  try {
    outcome = JSON.parse(text) as OperationOutcome;
  } catch {
    // No façade of ours: a proxy, whose page says nothing here.
  }
  const issues = outcome?.issue ?? [];
  const rows = issues.flatMap((i) => i.details?.coding?.[0]?.code ?? []);
  const said = issues.map((i) => i.details?.text ?? i.diagnostics ?? '').join('\n');
  return new Refused(status, rows, `${status} ${said}`.trim());
}
