/**
 * The pages of a login, one after the other: each request shows the first step that is due, or does what its form says. What the
 * browser holds is a cookie that names its interaction; everything else is here.
 */
import { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { formOf, isOurs } from '../form.ts';
import { html } from '../pages/html.ts';
import { sendProblem } from '../pages/error.ts';
import type { Running } from '../provider/holder.ts';
import { about } from '../provider/recorded.ts';
import type { AuthorizationOptions } from '../types.ts';
import { consent } from './consent.ts';
import { emergency } from './emergency.ts';
import { abort } from './finish.ts';
import { arrive, leave, login, settle } from './login.ts';
import { farewell } from './logout.ts';
import { patient } from './patient.ts';
import { chooseAlone, situation } from './situation.ts';
import { formBack, showStep, words, type Step } from './step.ts';
import { saveSteps, visitOf, type Visit } from './visit.ts';

const steps: readonly Step[] = [login, situation, emergency, patient, consent];

const due = (visit: Visit): Step => steps.find((step) => step.isDue(visit)) ?? consent;

export function interactionRouter(options: AuthorizationOptions, holder: () => Promise<Running>): Router {
  const router = Router({ caseSensitive: true });
  const named =
    (route: string): RequestHandler =>
    (_req, res, next) => {
      options.factsOf(res).route = `/oauth${route}`;
      next();
    };
  const expired = (res: Response): void => sendProblem(options, res, { status: 400, code: 'session_not_found' });
  const visiting =
    (serve: (visit: Visit) => Promise<void>): RequestHandler =>
    async (req: Request, res: Response) => {
      const { provider } = await holder();
      const visit = await visitOf(options, provider, req, res);
      if (!visit) return expired(res);
      await serve(visit);
    };

  router.get('/psc/callback', named('/psc/callback'), async (req, res) => {
    if (!(await arrive(options, req, res))) expired(res);
  });
  router.get('/psc/logout', named('/psc/logout'), farewell(options, holder));
  router.get('/interaction/:uid/login', named('/interaction/:uid/login'), visiting(leave));
  router.get('/interaction/:uid/back', named('/interaction/:uid/back'), visiting(settle));
  router.get('/interaction/:uid', named('/interaction/:uid'), visiting(show));
  router.post('/interaction/:uid/:step', named('/interaction/:uid/:step'), visiting(submit));
  router.use(failed(options));
  return router;
}

async function show(visit: Visit): Promise<void> {
  if (visit.login && !chooseAlone(visit)) return refuse(visit);
  await saveSteps(visit);
  due(visit).show(visit);
}

/** No structure of this app is one of the professional's. */
async function refuse(visit: Visit): Promise<void> {
  const { options, res, client, login: known } = visit;
  if (visit.steps.refusal === undefined) {
    await options.record({
      ...about(options, res),
      ...{ kind: 'authorization', outcome: 'refused', reason: 'structure-mismatch', client: client.id },
      ...(known ? { person: known.session.professional.personId } : {}),
    });
    visit.steps.refusal = 'refused-structure';
  }
  await saveSteps(visit);
  const body = html`<p class="error" role="alert">${words(visit, 'refused-structure', { app: client.name })}</p>
    ${formBack(visit)}`;
  showStep(visit, 'refused-title', body);
}

async function submit(visit: Visit): Promise<void> {
  const { req, res, options } = visit;
  const form = await formOf(req);
  if (!form || !isOurs(form, visit.steps.csrf))
    return sendProblem(options, res, { status: 400, code: 'invalid_request' });
  const name = String(req.params['step']);
  if (name === 'abort') return abort(visit);
  const step = due(visit);
  // A page from before (the browser's back button), or a step that was left out: the one that is due is shown.
  if (step.name !== name) return res.redirect(303, visit.path);
  const wrong = await step.submit(visit, form);
  if (wrong) return step.show(visit, wrong);
  if (res.headersSent) return;
  await saveSteps(visit);
  res.redirect(303, visit.path);
}

/** What was not foreseen is a page here too, not a resource. */
const failed =
  (options: AuthorizationOptions) =>
  (error: unknown, _req: Request, res: Response, next: NextFunction): void => {
    if (res.headersSent) return next(error);
    const { name, code } = error as { name?: string; code?: unknown };
    options.onFailure({ requestId: options.factsOf(res).requestId, error: name, code });
    sendProblem(options, res, { status: 503, code: 'server_error' });
  };
