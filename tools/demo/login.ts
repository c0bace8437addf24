/** A SMART standalone launch, walked: an app's authorization request, the pages, the way back, the tokens. */
import { createHash, randomBytes } from 'node:crypto';
import { type Browser, formsOf, linkOf, type Place } from './browser.ts';

/** Passes Pro Santé Connect. @returns the address to which the browser is sent back */
export type PassPsc = (sentTo: URL) => Promise<URL> | URL;

export interface Launch {
  url: URL;
  state: string;
  verifier: string;
}

const random = (): string => randomBytes(32).toString('base64url');
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** An authorization request with PKCE. @param given parameters of the app; undefined leaves out one that is usual */
export function launchTo(base: string, given: Record<string, string | undefined>): Launch {
  const [state, verifier] = [random(), random()];
  const url = new URL(base.replace(/fhir$/, 'oauth/authorize'));
  const parameters: Record<string, string | undefined> = {
    ...{ response_type: 'code', state, aud: base },
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...given,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return { url, state, verifier };
}

/** What is answered to the pages, by the step that their form belongs to. */
export type Answers = Record<string, Record<string, string>>;

/** From wherever it is to the end: the app's address, or a page that nobody has an answer for. */
export async function walkOn(browser: Browser, from: Place, answers: Answers, pass: PassPsc): Promise<Place> {
  let place = from;
  for (let steps = 0; steps < 10 && place.status === 200; steps++) {
    const link = linkOf(place.html);
    if (link?.endsWith('/login')) {
      const away = await browser.go(link);
      if (away.status !== undefined) return away;
      place = await browser.go(await pass(away.url));
      continue;
    }
    const step = formsOf(place.html)[0]?.action.split('/').pop() ?? '';
    const answer = answers[step] ?? (step === 'consent' ? {} : undefined);
    if (!answer) return place;
    place = await browser.submit(place, `/${step}`, answer);
  }
  return place;
}

export interface Tokens {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
  refresh_token?: string;
  id_token?: string;
  patient?: string;
  need_patient_banner?: boolean;
  error?: string;
  error_description?: string;
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Tokens;
}

/** One request to the token endpoint (or to another that takes a form). */
export async function ask(
  base: string,
  form: Record<string, string>,
  { endpoint = 'token', headers = {} }: { endpoint?: string; headers?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const answer = await fetch(base.replace(/fhir$/, `oauth/${endpoint}`), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
    body: new URLSearchParams(form).toString(),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Tokens };
}

/** The code for tokens. @param given what the client says of itself and of its request */
export const exchangeAt = (base: string, given: Record<string, string>): Promise<TokenAnswer> =>
  ask(base, { grant_type: 'authorization_code', ...given });

export const codeOf = ({ url }: Place): string => {
  const code = url.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${url.href}`);
  return code;
};
