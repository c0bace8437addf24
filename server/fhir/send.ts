/**
 * Putting a reply, or a problem, on the wire.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Resource } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { challenge } from '../auth/bearer.ts';
import { DmpError } from '../dmp/types.ts';
import { parsePairs } from '../search/pairs.ts';
import type { Reply } from './interaction.ts';
import { fhirJson, fhirXml, formatOrJson, wanted, type Format } from './negotiation.ts';
import { toOutcome, toProblem, type Language } from './outcome.ts';
import { htmlType, pageHeaders, resourcePage } from './render/page.ts';
import { stateOf } from './request.ts';
import { writeFhirXml } from './xml/write.ts';

/** A JSON value that is no resource. */
export function sendJson(req: Request, res: Response, status: number, value: unknown): void {
  sendText(req, res, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** A text with its length, or its headers alone for HEAD. */
export function sendText(req: Request, res: Response, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text, 'utf8');
  res.status(status).setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** A resource, in the form that was settled for this request. */
export function sendResource(req: Request, res: Response, status: number, resource: Resource, pretty = false): void {
  const { format = 'json', language } = stateOf(res);
  if (format === 'html') for (const [name, value] of Object.entries(pageHeaders)) res.setHeader(name, value);
  const [type, text] = writers[format](resource, pretty, language);
  sendText(req, res, status, type, text);
}

type Write = (resource: Resource, pretty: boolean, language: Language) => [type: string, text: string];

const writers: Readonly<Record<Format, Write>> = {
  json: (resource, pretty) => [`${fhirJson}; charset=utf-8`, JSON.stringify(resource, null, pretty ? 2 : undefined)],
  xml: (resource, pretty) => [`${fhirXml}; charset=utf-8`, writeFhirXml(resource, pretty)],
  html: (resource, _pretty, language) => [htmlType, resourcePage(resource, language)],
};

/** Sends what a handler answered. A raw body is disposed of whatever happens. */
export async function sendReply(req: Request, res: Response, reply: Reply, pretty: boolean): Promise<void> {
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.setHeader(name, value);
  if (reply.raw) return sendRaw(req, res, reply.status, reply.raw);
  if (reply.resource) return sendResource(req, res, reply.status, reply.resource, pretty);
  res.status(reply.status).end();
}

async function sendRaw(req: Request, res: Response, status: number, raw: NonNullable<Reply['raw']>): Promise<void> {
  try {
    stateOf(res).incompressible = true;
    res.status(status).setHeader('Content-Type', raw.contentType);
    if (raw.length !== undefined) res.setHeader('Content-Length', raw.length);
    if (req.method === 'HEAD' || status === 304) res.end();
    else await pipeline(Readable.from(raw.open(), { objectMode: false }), res);
  } catch (e) {
    // The client left, or the spool failed half-way: what was begun cannot be taken back, only cut.
    res.destroy();
    if (!isAbort(e)) throw e;
  } finally {
    await raw.dispose();
  }
}

const isAbort = (e: unknown): boolean =>
  e instanceof Error && (e.name === 'AbortError' || (e as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE');

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
  return (error: unknown, req, res, _next) => {
    try {
      answerError(error, req, res, logger, metadata());
    } catch (e) {
      // Express would answer with the stack.
      logger.error({ requestId: stateOf(res).requestId, ...trace(e) }, 'unforeseen, while answering an error');
      if (res.headersSent) res.destroy();
      else {
        stateOf(res).format = 'json';
        sendResource(req, res, 500, toOutcome([{ key: 'internal' }], stateOf(res).language, stateOf(res).requestId));
      }
    }
  };
}

function answerError(error: unknown, req: Request, res: Response, logger: Logger, metadata: string): void {
  const state = stateOf(res);
  // The client left: what was under way was called off, and nobody reads an answer.
  if (res.destroyed && !res.writableFinished) return;
  const problem = toProblem(
    error instanceof IssueError || error instanceof DmpError ? error : (fromReader(error) ?? error),
  );
  const keys = [...new Set(problem.issues.map((i) => i.key))];
  state.problems = keys.slice(0, 20);
  if (problem.issues.some((i) => i.key === 'internal'))
    logger.error({ requestId: state.requestId, ...trace(error) }, 'unforeseen');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
  const missing = problem.issues.find((i) => i.key === 'scope-missing')?.values?.['scope'];
  const demand = challenge(keys, metadata, missing === undefined ? undefined : String(missing));
  if (demand !== undefined) res.setHeader('WWW-Authenticate', demand);
  state.format ??= formatOfError(req);
  sendResource(req, res, problem.status, toOutcome(problem.issues, state.language, state.requestId));
}
