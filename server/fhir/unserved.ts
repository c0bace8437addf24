/** What no route serves: other methods of a known path (405 with `Allow`), and everything else (404). */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { resources } from './definition.ts';
import { stateOf } from './request.ts';
import type { Route } from './router.ts';

/** @param all every route, of which those of the path are allowed */
export function otherMethods(path: string, all: readonly Route[]): RequestHandler {
  const methods = all
    .filter((r) => r.path === path)
    .map((r) => r.method.toUpperCase())
    .sort();
  const allowed = [...new Set(methods.flatMap((m) => (m === 'GET' ? ['GET', 'HEAD'] : [m])))].join(', ');
  const search = `${path}/_search`;
  const isSearched = all.some((r) => r.path === search);
  return (req: Request, res: Response) => {
    stateOf(res).route = `/fhir${path}`;
    res.setHeader('Allow', allowed);
    // PDSm's own example of a search posts to /List: never a creation, and the way to do it.
    if (req.method === 'POST' && isSearched)
      throw new IssueError({ key: 'search-by-post', values: { path: search, allowed } });
    throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
  };
}

/** @throws IssueError always */
export function unknown(req: Request, _res: Response, _next: NextFunction): never {
  const type = /^\/([A-Z][A-Za-z]{1,40})(?:\/|$)/.exec(req.path)?.[1];
  const supported = resources.map((r) => r.type);
  if (type && !supported.includes(type as (typeof supported)[number])) {
    throw new IssueError({ key: 'resource-type-unsupported', values: { type, supported: supported.join(', ') } });
  }
  throw new IssueError({ key: 'unknown-route' });
}
