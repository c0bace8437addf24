/**
 * Routes of the types that are open (`definition.ts`): GET and `POST _search`, without a token, from any origin. It stands
 * before the authentication; whatever it does not know goes on to it.
 */
import { Router, raw, type Request, type RequestHandler, type Response } from 'express';
import { IssueError } from '../../../mappings/outcome.ts';
import { parsePairs, type Pair } from '../../search/pairs.ts';
import { openResources } from '../definition.ts';
import type { Reply } from '../interaction.ts';
import { formatOf, isPretty, parsePrefer, requireForm, wanted } from '../negotiation.ts';
import type { Language } from '../outcome.ts';
import { stateOf } from '../request.ts';
import { sendReply } from '../send.ts';
import { readDefinition, searchDefinitions } from './handlers.ts';

/** What a search of an open type knows of its request: nobody is asking. */
export interface OpenCall {
  pairs: readonly Pair[];
  handling: 'strict' | 'lenient';
  base: string;
  language: Language;
  requestId: string;
  now: Date;
}

const allowed = 'GET, HEAD, OPTIONS';
const idForm = /^[A-Za-z0-9\-.]{1,64}$/;

/** @param base URL of the API, for links */
export function conformanceRouter(base: string): Router {
  const router = Router({ caseSensitive: true });
  for (const definition of openResources) {
    const { type } = definition;
    const search = serve(`/fhir/${type}`, base, (call) => searchDefinitions(definition, call));
    router.get(`/${type}`, search);
    router.post(
      `/${type}/_search`,
      raw({ type: () => true, limit: 64 * 1024 }),
      serve(`/fhir/${type}/_search`, base, (call) => searchDefinitions(definition, call)),
    );
    // What stands at a literal path is never an id.
    router.all(`/${type}/_search`, others('POST, OPTIONS'));
    router.get(
      `/${type}/:id`,
      serve(`/fhir/${type}/:id`, base, (_call, id) => ({
        status: 200,
        resource: readDefinition(definition, checked(id, type)),
      })),
    );
    router.all([`/${type}`, `/${type}/:id`], others(allowed));
  }
  return router;
}

function checked(id: string, type: string): string {
  if (!idForm.test(id)) throw new IssueError({ key: 'not-found', values: { type } });
  return id;
}

function pairsOf(req: Request): Pair[] {
  const at = req.originalUrl.indexOf('?');
  const pairs = at < 0 ? [] : parsePairs(req.originalUrl.slice(at + 1));
  const body = req.body as Buffer | undefined;
  if (!Buffer.isBuffer(body) || body.length === 0) return pairs;
  requireForm(req.get('content-type'));
  return [...pairs, ...parsePairs(body.toString('utf8'))];
}

function open(res: Response): void {
  res.setHeader('Access-Control-Allow-Origin', '*');
  res.setHeader('Access-Control-Expose-Headers', 'X-Request-Id');
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

function serve(route: string, base: string, answer: (call: OpenCall, id: string) => Reply): RequestHandler {
  return async (req, res) => {
    const state = stateOf(res);
    state.route = route;
    open(res);
    const pairs = pairsOf(req);
    state.format = formatOf(wanted(req.get('accept'), pairs));
    const { language, requestId } = state;
    const { handling } = parsePrefer(req.get('prefer'));
    const call = {
      pairs: pairs.filter(([name]) => !general.has(name)),
      handling,
      base,
      language,
      requestId,
      now: new Date(),
    };
    await sendReply(req, res, answer(call, String(req.params['id'] ?? '')), isPretty(pairs));
  };
}

/** Of the form of the answer, not of the search. */
const general = new Set(['_format', '_pretty']);

const others =
  (methods: string): RequestHandler =>
  (req, res) => {
    open(res);
    if (req.method === 'OPTIONS') {
      res.setHeader('Access-Control-Allow-Methods', methods);
      res.setHeader('Access-Control-Allow-Headers', 'Accept, Accept-Language, Content-Type, Prefer, X-Request-Id');
      res.status(204).end();
      return;
    }
    res.setHeader('Allow', methods);
    throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed: methods } });
  };
