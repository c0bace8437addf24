/**
 * Putting a reply, or a problem, on the wire. Everything passes here; in the closed part it is on record before it does.
 */
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Resource } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { RecordUnavailable } from '../audit/record.ts';
import { challenge } from '../auth/bearer.ts';
import { DmpError } from '../dmp/types.ts';
import { parsePairs } from '../search/pairs.ts';
import type { Reply } from './interaction.ts';
import { fhirJson, fhirXml, formatOrJson, wanted, type Format } from './negotiation.ts';
import { toOutcome, toProblem, type Language } from './outcome.ts';
import { htmlType, pageHeaders, resourcePage } from './render/page.ts';
import { stateOf, type Answered } from './request.ts';
import { writeWhole } from './write-whole.ts';
import { writeFhirXml } from './xml/write.ts';

/** A JSON value that is no resource. */
export function sendJson(req: Request, res: Response, status: number, value: unknown): void {
  sendText(req, res, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** The same in the closed part: on record first. @throws RecordUnavailable: nothing was sent */
export async function sendClosedJson(
  req: Request,
  res: Response,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  await stateOf(res).keep?.({ status });
  setHeaders(res, headers);
  sendJson(req, res, status, value);
}

/** A text with its length, or its headers alone for HEAD. */
export function sendText(req: Request, res: Response, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text, 'utf8');
  res.status(status).setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}

/**
 * A resource, in the form that was settled for this request.
 * @param answered how the request ended, for its record
 * @throws RecordUnavailable: nothing was sent
 */
export async function sendResource(
  req: Request,
  res: Response,
  resource: Resource,
  answered: Answered,
  pretty = false,
): Promise<void> {
  const { format = 'json', language, keep } = stateOf(res);
  // What cannot be written is another answer, and another record.
  const [type, text] = writers[format](resource, pretty, language);
  await keep?.(answered);
  setHeaders(res, format === 'html' ? { ...answered.reply?.headers, ...pageHeaders } : answered.reply?.headers);
  sendText(req, res, answered.status, type, text);
}

function setHeaders(res: Response, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

type Write = (resource: Resource, pretty: boolean, language: Language) => [type: string, text: string];

const writers: Readonly<Record<Format, Write>> = {
  json: (resource, pretty) => [`${fhirJson}; charset=utf-8`, JSON.stringify(resource, null, pretty ? 2 : undefined)],
  xml: (resource, pretty) => [`${fhirXml}; charset=utf-8`, writeFhirXml(resource, pretty)],
  html: (resource, _pretty, language) => [htmlType, resourcePage(resource, language)],
};

/** Sends what a handler answered. A raw body is disposed of whatever happens. @throws RecordUnavailable: nothing was sent */
export async function sendReply(req: Request, res: Response, reply: Reply, pretty: boolean): Promise<void> {
  const { status, raw, resource, headers } = reply;
  const answered = { status, reply };
  if (raw) return sendRaw(req, res, answered, raw);
  if (resource) return sendResource(req, res, resource, answered, pretty);
  await stateOf(res).keep?.(answered);
  setHeaders(res, headers);
  res.status(status).end();
}

/** Once the headers are out, what goes wrong can only cut the answer. */
async function sendRaw(req: Request, res: Response, answered: Answered, raw: NonNullable<Reply['raw']>): Promise<void> {
  const { status, reply } = answered;
  try {
    await stateOf(res).keep?.(answered);
  } catch (e) {
    await raw.dispose();
    throw e;
  }
  try {
    setHeaders(res, reply?.headers);
    stateOf(res).incompressible = true;
    res.status(status).setHeader('Content-Type', raw.contentType);
    if (raw.length !== undefined) res.setHeader('Content-Length', raw.length);
    if (req.method === 'HEAD' || status === 304) res.end();
    else await writeWhole(raw.open(), res);
  } catch (e) {
    // The client left, or the spool failed half-way: what was begun cannot be taken back, only cut.
    res.destroy();
    if (!isAbort(e)) throw e;
  } finally {
    await raw.dispose();
  }
}

const isAbort = (e: unknown): boolean => e instanceof Error && e.name === 'AbortError';

/** The errors of Express's own readers, by their `type`, as issues of ours. */
function fromReader(error: unknown): IssueError | undefined {
  const { type, status, limit, encoding } = error as {
    type?: string;
    status?: number;
    limit?: number;
    encoding?: string;
  };
  const issue = (i: Issue): IssueError => new IssueError(i);
  switch (type) {
    case 'entity.too.large':
      return issue({ key: 'too-large', values: { limit: limit ?? 0 } });
    case 'encoding.unsupported':
      return issue({
        key: 'media-type',
        values: {
          given: `Content-Encoding: ${(encoding ?? '').slice(0, 20)}`,
          expected: 'gzip, deflate, br, identity',
        },
      });
    case 'request.aborted':
    case 'request.size.invalid':
      return issue({ key: 'body-malformed', values: { detail: 'Content-Length' } });
  }
  if (error instanceof URIError) return issue({ key: 'query-malformed', values: { detail: '%-escape, UTF-8' } });
  // zlib: the body is not what its Content-Encoding says.
  if (status === 400 || (error as { code?: string }).code?.startsWith('Z_'))
    return issue({ key: 'body-malformed', values: { detail: 'Content-Encoding' } });
  return undefined;
}

/** What the operator needs of an unforeseen error: its class, code and place; its message may hold data and stays out. */
function trace(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, code: (error as { code?: unknown }).code, at: frames.slice(0, 12).map((f) => f.trim()) };
}

/** The form of an error that came before the form of the answer was settled. */
function formatOfError(req: Request): Format {
  const accept = req.get('accept');
  try {
    return formatOrJson(wanted(accept, parsePairs(req.originalUrl.split('?')[1] ?? '')));
  } catch {
    return formatOrJson(wanted(accept, []));
  }
}

/**
 * Last step: every error leaves as an OperationOutcome.
 * @param metadata URL of the protected resource metadata, for the challenge of a 401; asked each time: the port may be chosen late
 */
export function onError(logger: Logger, metadata: () => string): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    try {
      await answerError(error, req, res, logger, metadata());
    } catch (e) {
      await lastAnswer(e, req, res, logger);
    }
  };
}

/** An error that could not be answered: that it cannot be put on record is one. Express would answer with the stack. */
async function lastAnswer(error: unknown, req: Request, res: Response, logger: Logger): Promise<void> {
  const state = stateOf(res);
  const isUnrecorded = error instanceof RecordUnavailable;
  const key = isUnrecorded ? 'audit-unavailable' : 'internal';
  if (isUnrecorded) tellUnrecorded(error, state.requestId, logger);
  else logger.error({ requestId: state.requestId, ...trace(error) }, 'unforeseen, while answering an error');
  if (res.headersSent) return void res.destroy();
  // What could not be written in one form is said in the other.
  state.format = isUnrecorded ? (state.format ?? formatOfError(req)) : 'json';
  state.problems = [key];
  try {
    const { status, issues, headers } = toProblem(new IssueError({ key }));
    setHeaders(res, headers);
    const outcome = toOutcome(issues, state.language, state.requestId);
    await sendResource(req, res, outcome, { status, problems: [key] });
  } catch {
    res.destroy();
  }
}

const tellUnrecorded = ({ cause }: RecordUnavailable, requestId: string, logger: Logger): void =>
  logger.error({ requestId, ...trace(cause) }, 'cannot be put on record');

async function answerError(
  error: unknown,
  req: Request,
  res: Response,
  logger: Logger,
  metadata: string,
): Promise<void> {
  const state = stateOf(res);
  // The client left: what was under way was called off, and nobody reads an answer.
  if (res.destroyed && !res.writableFinished) return state.keep?.({ status: 0, cut: true });
  const problem = toProblem(
    error instanceof IssueError || error instanceof DmpError ? error : (fromReader(error) ?? error),
  );
  const keys = [...new Set(problem.issues.map((i) => i.key))];
  state.problems = keys.slice(0, 20);
  if (problem.issues.some((i) => i.key === 'internal'))
    logger.error({ requestId: state.requestId, ...trace(error) }, 'unforeseen');
  if (error instanceof RecordUnavailable) tellUnrecorded(error, state.requestId, logger);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const answered = { status: problem.status, problems: state.problems };
  // Before any header is set: those of this problem are not those of what is answered when it cannot be put on record.
  await state.keep?.(answered);
  setHeaders(res, problem.headers);
  const missing = problem.issues.find((i) => i.key === 'scope-missing')?.values?.['scope'];
  const demand = challenge(keys, metadata, missing === undefined ? undefined : String(missing));
  if (demand !== undefined) res.setHeader('WWW-Authenticate', demand);
  state.format ??= formatOfError(req);
  await sendResource(req, res, toOutcome(problem.issues, state.language, state.requestId), answered);
}
