/**
 * The authorization endpoint (OpenID Connect Core §3.1.2, RFC 7636): a request is checked, then answered from the browser's
 * session, or by the login page.
 */
import { randomBytes } from 'node:crypto';

import { type Client, isRegistered } from './clients.ts';
import { cookie, type Exchange, OAuthError, parameter, redirect, type Reply, required } from './http.ts';
import { loginPage, PageError } from './pages.ts';
import { checkAcr, grantedScope } from './request-rules.ts';
import { isAlive, keep, type Login, now, type PscWorld, type Session } from './world.ts';

/** Cookies of the wallet: the SSO session, and the browser that a login page is open in. */
export const cookies = { session: 'WALLET_SESSION', browser: 'WALLET_LOGIN' } as const;

export const randomId = (): string => randomBytes(32).toString('base64url');

/** A cookie for the wallet's pages, sent along when another site sends the browser here. Plain HTTP: never Secure. */
export const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/auth; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;

export function authorize(world: PscWorld, exchange: Exchange): Reply {
  const from = exchange.method === 'POST' ? exchange.form : exchange.query;
  const { client, redirectUri } = destination(world, from);
  exchange.call.client = client.id;
  try {
    const request = readRequest(world, from);
    const session = world.cookies.get(cookie(exchange, cookies.session) ?? '');
    if (session !== undefined && suffices(world, from, session)) {
      return answer(world, { client, redirectUri, ...request }, session);
    }
    if (prompts(from).includes('none')) throw new OAuthError('login_required', 'Nobody is logged in');
    return ask(world, exchange, { client, redirectUri, ...request });
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    exchange.call.outcome = error.code;
    return refuse(world, { redirectUri, state: from.get('state') ?? undefined }, error);
  }
}

/** Where answers may go: until that is known a refusal is shown, not sent. @throws PageError */
function destination(world: PscWorld, from: URLSearchParams): { client: Client; redirectUri: string } {
  try {
    const client = world.clients.get(required(from, 'client_id'));
    if (client === undefined) throw new PageError('Service inconnu', 'Ce service n’est pas enregistré.');
    const redirectUri = required(from, 'redirect_uri');
    if (isRegistered(client.redirectUris, redirectUri)) return { client, redirectUri };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw new PageError('Demande invalide', error.message);
  }
  throw new PageError('Adresse de retour refusée', 'Cette adresse de retour n’est pas enregistrée pour ce service.');
}

type Request = Pick<Login, 'scope' | 'state' | 'nonce' | 'challenge'>;

/** @throws OAuthError */
function readRequest(world: PscWorld, from: URLSearchParams): Request {
  if (required(from, 'response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code');
  if ((parameter(from, 'response_mode') ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'response_mode must be query');
  for (const name of ['request', 'request_uri'])
    if (from.has(name)) throw new OAuthError(`${name}_not_supported`, `${name} is not taken`);
  const scope = grantedScope(from);
  checkAcr(from);
  const [state, nonce] = ['state', 'nonce'].map((name) =>
    world.settings.requireNonce ? required(from, name) : parameter(from, name),
  );
  const challenge = readChallenge(from);
  prompts(from);
  return {
    scope,
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(challenge === undefined ? {} : { challenge }),
  };
}

function readChallenge(from: URLSearchParams): string | undefined {
  const challenge = parameter(from, 'code_challenge');
  const method = parameter(from, 'code_challenge_method');
  if (challenge === undefined && method === undefined) return undefined;
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256');
  if (!/^[\w-]{43}$/.test(challenge ?? ''))
    throw new OAuthError('invalid_request', 'code_challenge is not a SHA-256 in base64url');
  return challenge;
}

function prompts(from: URLSearchParams): string[] {
  const values = (parameter(from, 'prompt') ?? '').split(' ').filter((value) => value !== '');
  if (values.some((value) => !['none', 'login', 'consent', 'select_account'].includes(value)))
    throw new OAuthError('invalid_request', 'Unknown prompt');
  if (values.includes('none') && values.length > 1)
    throw new OAuthError('invalid_request', 'prompt none goes with no other');
  return values;
}

/** Whether the browser's session answers without asking again. */
function suffices(world: PscWorld, from: URLSearchParams, session: Session): boolean {
  const maxAge = parameter(from, 'max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge))
    throw new OAuthError('invalid_request', 'max_age must be a number of seconds');
  if (!isAlive(world, session)) return false;
  if (maxAge !== undefined && now(world) - session.authTime > Number(maxAge) * 1000) return false;
  return !prompts(from).some((value) => value === 'login' || value === 'select_account');
}

function ask(world: PscWorld, exchange: Exchange, request: Omit<Login, 'browser' | 'expires'>): Reply {
  const known = cookie(exchange, cookies.browser) ?? '';
  const browser = /^[\w-]{43}$/.test(known) ? known : randomId();
  const id = randomId();
  const { loginSeconds } = world.settings;
  const login = { ...request, browser, expires: now(world) + loginSeconds * 1000 };
  keep(world.logins, id, login, ({ expires }) => expires < now(world));
  const page = loginPage(world, id, login);
  return { ...page, headers: { ...page.headers, 'set-cookie': setCookie(cookies.browser, browser, loginSeconds) } };
}

/** Sends the browser back with a code. */
export function answer(world: PscWorld, request: Omit<Login, 'browser' | 'expires'>, session: Session): Reply {
  const { client, redirectUri, scope, nonce, challenge } = request;
  const code = randomId();
  const at = now(world);
  session.lastUsed = at;
  keep(
    world.codes,
    code,
    {
      grant: { client, session, scope, revoked: false, ...(nonce === undefined ? {} : { nonce }) },
      redirectUri,
      ...(challenge === undefined ? {} : { challenge }),
      expires: at + world.settings.codeSeconds * 1000,
      used: false,
    },
    // A code that was used is remembered as long as what came of it may live.
    ({ expires }) => expires + world.settings.sessionSeconds * 1000 < at,
  );
  return back(world, request, { session_state: session.id, code });
}

/** Sends the browser back with a refusal. */
export const refuse = (
  world: PscWorld,
  request: Pick<Login, 'redirectUri'> & { state?: string | undefined },
  error: OAuthError,
): Reply => back(world, request, { error: error.code, error_description: error.message });

function back(
  world: PscWorld,
  { redirectUri, state }: { redirectUri: string; state?: string | undefined },
  members: Record<string, string>,
): Reply {
  const url = new URL(redirectUri);
  const all = { ...(state === undefined ? {} : { state }), ...members, iss: world.issuer }; // iss: RFC 9207
  for (const [name, value] of Object.entries(all)) url.searchParams.append(name, value);
  return redirect(url);
}
