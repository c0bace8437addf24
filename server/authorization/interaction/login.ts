/**
 * To Pro Santé Connect and back. The browser comes back to one address for all logins; its `state` says which interaction it belongs
 * to, and the interaction's own cookie that it is the browser that went.
 */
import type { Request, Response } from 'express';
import { IssueError } from '../../../mappings/outcome.ts';
import { issuerOf } from '../../config.ts';
import { html } from '../pages/html.ts';
import type { TextKey } from '../pages/texts.ts';
import { interactionSeconds } from '../provider/lives.ts';
import { about } from '../provider/recorded.ts';
import { recordsOf } from '../records.ts';
import type { AuthorizationOptions } from '../types.ts';
import { formBack, showStep, words, type Step } from './step.ts';
import { pathOf, saveSteps, secret, type Visit } from './visit.ts';

/** Where Pro Santé Connect sends browsers back to: registered there. */
export const callbackOf = (options: Pick<AuthorizationOptions, 'config'>): string =>
  `${issuerOf(options.config)}/psc/callback`;

const soon = (): Date => new Date(Date.now() + interactionSeconds * 1000);

export const login: Step = {
  name: 'login',
  isDue: ({ login: known }) => known === undefined,
  show(visit, wrong) {
    const { client, path } = visit;
    const body = html`<p>${words(visit, 'start-who', { app: client.name })}</p>
      <p>${words(visit, 'start-how')}</p>
      <p class="actions"><a class="button" href="${path}/login">${words(visit, 'start-go')}</a></p>
      ${formBack(visit)}`;
    showStep(visit, 'start-title', body, wrong);
  },
  submit: () => Promise.resolve(undefined),
};

/** Sends the browser to Pro Santé Connect. */
export async function leave({ options, records, res, uid }: Visit): Promise<void> {
  const { psc } = options;
  if (!psc) throw new Error('There is no Pro Santé Connect.');
  const request = { redirectUri: callbackOf(options), state: secret(), nonce: secret(), codeVerifier: secret() };
  const url = await psc.authorizationUrl(request);
  await records.put('Errand', request.state, { uid, request }, soon());
  res.redirect(303, url.href);
}

/** The browser is back: on to the interaction, where its cookie is looked at; the code stays out of that URL. */
export async function arrive(options: AuthorizationOptions, req: Request, res: Response): Promise<boolean> {
  const query = req.originalUrl.split('?')[1] ?? '';
  const records = recordsOf(options.store.oauth);
  const state = new URLSearchParams(query).get('state') ?? '';
  const errand = await records.take('Errand', state);
  if (!errand) return false;
  await records.put('Errand', errand.uid, { ...errand, back: query }, soon());
  res.redirect(303, `${pathOf(options, errand.uid)}/back`);
  return true;
}

const sentences: Readonly<Record<string, TextKey>> = {
  'psc-unavailable': 'psc-unavailable',
  'psc-refused': 'psc-refused',
  'psc-invalid': 'psc-invalid',
};

/** What came back becomes a login. */
export async function settle(visit: Visit): Promise<void> {
  const { options, records, uid, steps } = visit;
  const errand = await records.take('Errand', uid);
  if (!options.psc || errand?.back === undefined) return showAgain(visit, 'psc-lost');
  const { psc, config, now } = options;
  try {
    const back = new URL(`${callbackOf(options)}?${errand.back}`);
    const session = await psc.callback(back, errand.request);
    const endsAt = session.professional.authenticatedAt.getTime() + config.SESSION_SECONDS * 1000;
    if (endsAt <= now().getTime()) throw new IssueError({ key: 'psc-refused', values: { code: 'login_required' } });
    await tell(visit, { person: session.professional.personId });
    // A login that follows another in one interaction begins everything anew.
    visit.steps = { csrf: steps.csrf, loginId: secret() };
    await records.put('Login', visit.steps.loginId ?? '', { session }, new Date(endsAt));
    await saveSteps(visit);
    visit.res.redirect(303, visit.path);
  } catch (error) {
    const key = error instanceof IssueError ? (error.issues[0]?.key ?? '') : '';
    const sentence = sentences[key];
    if (sentence === undefined) throw error;
    await tell(visit, { reason: key });
    showAgain(visit, sentence);
  }
}

const showAgain = (visit: Visit, key: TextKey): void => login.show(visit, { key });

const tell = ({ options, res, client }: Visit, what: { person?: string; reason?: string }): Promise<void> =>
  options.record({
    ...about(options, res),
    kind: 'login',
    outcome: what.reason === undefined ? 'success' : 'refused',
    client: client.id,
    ...what,
  });
