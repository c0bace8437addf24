/**
 * The façade over HTTP: with a token, and with patience. What may pass (429, 502–504, no connection) is tried again as long as the
 * façade asks, up to a limit; what was sent may be sent again, since nothing that is sent here does anything twice.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import { Agent, fetch as undiciFetch, type RequestInit, type Response } from 'undici';
import { CommandError, exitCodes } from './errors.ts';
import { parsed } from './manifest/ndjson.ts';
import type { Settings } from './settings.ts';
import { tokenSource } from './token.ts';
import type { Language } from './types.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

type Init = Omit<RequestInit, 'headers'> & { headers: Record<string, string> };

interface Answer {
  status: number;
  header(name: string): string | undefined;
  text: string;
}

export interface Told<T> extends Answer {
  /** Of JSON. */
  body: T;
}

export interface Client {
  get<T>(path: string): Promise<Told<T>>;
  /** FHIR JSON. @param expected statuses from 300 on that are an answer */
  post<T>(
    path: string,
    resource: Resource,
    expected?: readonly number[],
    headers?: Record<string, string>,
  ): Promise<Told<T>>;
  /** NDJSON; text of the answer. */
  lines(path: string, ndjson: Buffer, expected?: readonly number[]): Promise<Told<unknown>>;
  close(): Promise<void>;
}

const passing: readonly number[] = [408, 429, 502, 503, 504];
/** What undici says of a connection that could not be made, or was cut. */
const networkFailures: readonly string[] = ['fetch failed', 'terminated'];
const firstPatienceMs = 3000;
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
  // Documents go where the settings say, and not where that place sends them on.
  const fetch: Fetch = (url, init) => undiciFetch(url, { ...init, redirect: 'manual', dispatcher: agent });
  const token = tokenSource(settings, fetch);

  /** Until the façade has answered once, an address may be wrong: then one does not wait long. */
  let hasAnswered = false;

  async function send(path: string, init: Init, expected: readonly number[]): Promise<Answer> {
    const until = Date.now() + patienceMs;
    let renewals = 0;
    for (let attempt = 0, isRefused = false; ; attempt++) {
      const answer: Answer | undefined = await once(path, init, isRefused).catch((error: unknown) =>
        unreachable(error, hasAnswered ? until : until - patienceMs + firstPatienceMs),
      );
      hasAnswered ||= answer !== undefined;
      isRefused = answer?.status === 401 && renewals++ === 0;
      if (isRefused) continue;
      if (answer === undefined) await pause(undefined, attempt);
      else if (answer.status < 300 || expected.includes(answer.status)) return answer;
      else if (passing.includes(answer.status) && Date.now() < until) await pause(answer, attempt);
      else throw refusedBy(answer);
    }
  }

  /** @param isRefused the token at hand was found bad */
  async function once(path: string, { headers, ...init }: Init, isRefused: boolean): Promise<Answer> {
    const authorization = `Bearer ${await token(isRefused)}`;
    const response = await fetch(`${settings.base}${path}`, {
      ...init,
      headers: { ...headers, authorization, 'accept-language': language },
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      text: await response.text(),
    };
  }

  /** @throws what is no failure of the network, and that when it has lasted too long */
  function unreachable(error: unknown, until: number): undefined {
    if (!(error instanceof TypeError && networkFailures.includes(error.message))) throw error;
    if (Date.now() < until) return undefined;
    const { code = error.message } = (error.cause ?? {}) as { code?: string };
    throw new CommandError(`${settings.base}: ${code}`, exitCodes.failed, { cause: error });
  }

  async function pause(answer: Answer | undefined, attempt: number): Promise<void> {
    const said = Number(answer?.header('retry-after'));
    const ms = said > 0 ? said * 1000 : Math.min(60_000, 500 * 2 ** attempt);
    onWait(ms);
    await sleep(ms);
  }

  const parse = <T>(answer: Answer): Told<T> => ({
    ...answer,
    body: (/json/.test(answer.header('content-type') ?? '') ? parsed(answer.text) : undefined) as T,
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
function refusedBy({ status, text }: Answer): Refused {
  // No façade of ours: a proxy, whose page says nothing here.
  const { issue = [] } = (parsed(text) ?? {}) as Partial<OperationOutcome>;
  const rows = issue.flatMap((i) => i.details?.coding?.[0]?.code ?? []);
  const said = issue.map((i) => i.details?.text ?? i.diagnostics ?? '').join('\n');
  return new Refused(status, rows, `${status} ${said}`.trim());
}
