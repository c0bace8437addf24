/** A SMART standalone launch as `tools/demo/login.ts` walks it, by the app of `authorization.ts` and past its fake of Pro Santé Connect. */
import { Browser, type Place } from '../../tools/demo/browser.ts';
import {
  type Answers,
  codeOf,
  exchangeAt,
  type Launch,
  launchTo,
  type PassPsc,
  type TokenAnswer,
  walkOn,
} from '../../tools/demo/login.ts';
import { redirectUri } from './authorization.ts';

export { ask, challengeOf, codeOf } from '../../tools/demo/login.ts';

/** For the fake of `authorization.ts`, which lets everybody in. */
export const passFake: PassPsc = (sentTo) => {
  const { searchParams } = sentTo;
  const back = new URL(searchParams.get('redirect_uri')!);
  back.searchParams.set('state', searchParams.get('state')!);
  back.searchParams.set('code', 'psc-code');
  return back;
};

/** An authorization request. @param over parameters instead of the usual ones; undefined leaves one out */
export const launch = (base: string, clientId: string, over: Record<string, string | undefined> = {}): Launch =>
  launchTo(base, {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid fhirUser profile user/DocumentReference.rs user/Patient.rs online_access',
    ...over,
  });

export const walk = (browser: Browser, from: Place, answers: Answers = {}, pass: PassPsc = passFake): Promise<Place> =>
  walkOn(browser, from, answers, pass);

/** @returns where the app's browser is in the end: usually back at the app, with a code */
export const authorize = async (browser: Browser, { url }: Launch, answers?: Answers, pass?: PassPsc): Promise<Place> =>
  walk(browser, await browser.go(url), answers, pass);

/** The code for tokens, as a public client. */
export const exchange = (
  base: string,
  clientId: string,
  { verifier }: Launch,
  code: string,
  over: Record<string, string> = {},
): Promise<TokenAnswer> =>
  exchangeAt(base, { client_id: clientId, redirect_uri: redirectUri, code, code_verifier: verifier, ...over });

/** All of it. */
export async function logIn(
  base: string,
  clientId: string,
  options: { over?: Record<string, string | undefined>; answers?: Answers; browser?: Browser; pass?: PassPsc } = {},
): Promise<TokenAnswer & { launch: Launch; code: string; browser: Browser }> {
  const browser = options.browser ?? new Browser(new URL(base).origin);
  const request = launch(base, clientId, options.over);
  const place = await authorize(browser, request, options.answers, options.pass);
  const code = codeOf(place);
  return { ...(await exchange(base, clientId, request, code)), launch: request, code, browser };
}
