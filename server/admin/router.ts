/** The admin API over HTTP: JSON, behind the authentication of everything else. Its errors are those of the whole façade. */
import express, { type Request, type Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import type { Administration } from '../registry/administration/index.ts';
import type { FeedSources } from './feed.ts';
import { rightsOf } from './rights.ts';
import { type Route, routes } from './routes.ts';

/** What the application does for all its doors. */
export interface AdminDoors {
  config: Config;
  admin: Administration;
  feed: FeedSources;
  /** What is known of a request; its `route` is written for the access log. */
  stateOf(res: Response): { caller?: Caller; requestId: string; route?: string };
  parseJson(bytes: Uint8Array): unknown;
  /** Once the request is on record. */
  sendJson(
    req: Request,
    res: Response,
    status: number,
    value: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<void>;
}

/** Far beyond a structure with thousands of professionals, or a chain of certificates. */
const mostBytes = 512 * 1024;
const jsonTypes = ['application/json', 'application/merge-patch+json'];

export function adminRouter({ config, admin, feed, stateOf, parseJson, sendJson }: AdminDoors): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const paths = [...new Set(routes.map(({ path }) => path))];

  const handle =
    ({ path, need, run }: Route) =>
    async (req: Request, res: Response): Promise<void> => {
      const state = stateOf(res);
      state.route = `/admin${path}`;
      if (state.caller === undefined) throw new IssueError({ key: 'login-required' });
      const rights = rightsOf(state.caller, config, need, state.requestId);
      const expected = expectedVersion(req.get('if-match'));
      const { id = '', certificate = '' } = req.params as Record<string, string>;
      const body = bodyOf(req, parseJson);
      const call = { admin, feed, rights, id, certificate, body, ...(expected === undefined ? {} : { expected }) };
      const reply = await run(call);
      await sendJson(req, res, reply.status ?? 200, reply.body, {
        ...(reply.version === undefined ? {} : { ETag: `W/"${reply.version}"` }),
        ...(reply.location === undefined ? {} : { Location: `${adminBase(config)}/${reply.location}` }),
      });
    };

  router.use(express.raw({ type: () => true, limit: mostBytes }));
  for (const path of paths) {
    const own = routes.filter((route) => route.path === path);
    for (const route of own) router[method(route)](path, handle(route));
    const allowed = own.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])).join(', ');
    router.all(path, (req, res) => {
      stateOf(res).route = `/admin${path}`;
      res.setHeader('Allow', allowed);
      throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
    });
  }
  return router;
}

/** `https://host/admin` */
export const adminBase = ({ fhirBase }: Config): string => fhirBase.replace(/fhir$/, 'admin');

const method = ({ method: name }: Route): 'get' | 'post' | 'patch' => name.toLowerCase() as 'get' | 'post' | 'patch';

/** @throws IssueError `media-type`, and what `parseJson` throws */
function bodyOf(req: Request, parseJson: AdminDoors['parseJson']): unknown {
  const bytes: unknown = req.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined;
  const given = (req.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!jsonTypes.includes(given))
    throw new IssueError({ key: 'media-type', values: { given: given.slice(0, 60), expected: jsonTypes.join(', ') } });
  return parseJson(bytes);
}

/** RFC 9110 §13.1.1. @throws IssueError `registry-version` for what is no version of ours */
function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"([1-9]\d{0,8})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) throw new IssueError({ key: 'registry-version', values: { current: '…' } });
  return Number(version);
}
