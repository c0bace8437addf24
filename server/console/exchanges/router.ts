/** `GET /console/exchanges`: the last exchanges of the caller's structure. Behind the authentication of everything else. */
import { Router, type Request, type Response } from 'express';
import { IssueError } from '../../../mappings/outcome.ts';
import { onlyGet } from '../../assets/asset.ts';
import type { Config } from '../../config.ts';
import type { ExchangeRecorder } from './recorder.ts';

/** `https://host/console/exchanges` */
export const exchangesBase = ({ fhirBase }: Config): string => fhirBase.replace(/fhir$/, 'console/exchanges');

export interface ExchangeDoors {
  recorder: ExchangeRecorder;
  stateOf(res: Response): { caller?: { structure: { id: string }; purpose: string }; route?: string };
  /** Once the request is on record. */
  sendJson(
    req: Request,
    res: Response,
    status: number,
    value: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<void>;
}

export function exchangesRouter({ recorder, stateOf, sendJson }: ExchangeDoors): Router {
  const router = Router({ caseSensitive: true });
  router.get('/', async (req, res) => {
    const state = stateOf(res);
    state.route = '/console/exchanges';
    if (state.caller === undefined) throw new IssueError({ key: 'login-required' });
    // An emergency opens one record, and not what the whole structure has just done.
    if (state.caller.purpose === 'bris_de_glace') throw new IssueError({ key: 'break-glass-patient' });
    await sendJson(req, res, 200, { exchanges: recorder.list(state.caller.structure.id) }, {});
  });
  router.all('/', (req, res, next) => {
    stateOf(res).route = '/console/exchanges';
    return onlyGet(req, res, next);
  });
  return router;
}
