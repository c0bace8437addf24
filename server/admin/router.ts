/** The admin API over HTTP: JSON, behind the authentication of everything else. Its errors are those of the whole façade. */
import express, { type Request, type Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import type { RulesAdministration } from '../feed/rules/administration.ts';
import type { Trial } from '../feed/rules/trial.ts';
import type { Administration } from '../registry/administration/index.ts';
import type { FeedSources } from './feed.ts';
import { rightsOf } from './rights.ts';
import { type AdminCall, type Route, routes } from './routes.ts';

/** What the application does for all its doors. */
export interface AdminDoors {
  config: Config;
  admin: Administration;
  feed: FeedSources;
  rules: RulesAdministration;
  /** Tries feeding rules out on what the caller would deposit: see `tryOut`. */
  tryRules(given: unknown, caller: Caller): Promise<Trial>;
  /** See `Store.auditChain`. */
  chain: AdminCall['chain'];
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

export function adminRouter({
  config,
  admin,
  chain,
  feed,
  rules,
  tryRules,
  stateOf,
  parseJson,
  sendJson,
}: AdminDoors): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const paths = [...new Set(routes.map(({ path }) => path))];

  const handle =
    ({ path, need, run }: Route) =>
    async (req: Request, res: Response): Promise<void> => {
      const state = stateOf(res);
      state.route = `/admin${path}`;
      const { caller } = state;
      if (caller === undefined) throw new IssueError({ key: 'login-required' });
      const rights = rightsOf(caller, config, need, state.requestId);
      const expected = expectedVersion(req.get('if-match'));
      const { id = '', certificate = '' } = req.params as Record<string, string>;
      const body = bodyOf(req, parseJson);
      const call = {
        ...{ admin, chain, feed, rights, id, certificate, body },
        rules: { administration: rules, tryOut: (given: unknown) => tryRules(given, caller) },
        ...(expected === undefined ? {} : { expected }),
      };
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

type Verb = 'get' | 'post' | 'put' | 'patch';
const method = ({ method: name }: Route): Verb => name.toLowerCase() as Verb;

/** @throws IssueError `media-type`, and what `parseJson` throws */
function bodyOf(req: Request, parseJson: AdminDoors['parseJson']): unknown {
  const bytes: unknown = req.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined;
  const given = (req.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!jsonTypes.includes(given))
    throw new IssueError({ key: 'media-type', values: { given: given.slice(0, 60), expected: jsonTypes.join(', ') } });
  return parseJson(bytes);
}

/** RFC 9110 §13.1.1. @throws IssueError `if-match` for what is no version of ours */
function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"(0|[1-9]\d{0,8})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined)
    throw new IssueError({ key: 'if-match', values: { given: ifMatch.replace(/[^\x20-\x7e]/g, '?').slice(0, 60) } });
  return Number(version);
}
