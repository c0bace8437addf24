// @ts-check
/**
 * SMART App Launch, standalone: authorization code with PKCE, tokens bound to a key of this page (DPoP). Tokens and key live in this
 * page alone: reloaded, it signs in again. What must survive the way to the authorization server and back stands in sessionStorage.
 */
import * as oauth from 'oauth4webapi';
import { place } from './place.js';
import { store } from './store.js';

/** In which capacity somebody signs in: each asks for the scopes that it needs, and for no others. @typedef {'care' | 'emergency' | 'administration'} Role */

/**
 * @typedef {object} Session
 * @property {string} accessToken
 * @property {string} [refreshToken]
 * @property {number} until ms since 1970
 * @property {string[]} scopes
 * @property {Role} role
 * @property {string} [patient] Patient.id, of an emergency or a launch
 * @property {string} name of who signed in
 * @property {string} practitioner URL of who signed in (fhirUser)
 * @property {string} idToken
 */

/** @typedef {{ state: string, nonce: string, verifier: string, role: Role, route: string }} Launch */

/** @type {ReturnType<typeof store<Session | undefined>>} */
export const session = store(/** @type {Session | undefined} */ (undefined));

const key = 'console-launch';
const redirectUri = `${place.root}/console`;
const client = { client_id: place.client };
/** On this machine the demonstration speaks plain HTTP. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; it does.
const options = { [oauth.allowInsecureRequests]: new URL(place.base).protocol === 'http:' };

/** @type {Record<Role, string>} */
const scopes = {
  care: 'openid profile fhirUser online_access user/Patient.cruds user/Consent.cruds user/DocumentReference.crus user/List.crus user/Binary.cr user/AuditEvent.rs user/Task.rus',
  // One record, to be read; nothing is renewed.
  emergency:
    'openid profile fhirUser launch/patient user/Patient.rs user/Consent.rs user/DocumentReference.rs user/List.rs user/Binary.r',
  // Of patients nothing is read.
  administration: 'openid profile fhirUser online_access user/AuditEvent.rs user/Task.rus admin/registry.r',
};

/** @type {Promise<oauth.AuthorizationServer> | undefined} */
let found;
function server() {
  found ??= fetch(`${place.base}/.well-known/smart-configuration`, { headers: { accept: 'application/json' } }).then(
    async (answer) => {
      if (!answer.ok) throw new Error(`smart-configuration: ${answer.status}`);
      const configuration = await answer.json();
      return { ...configuration, dpop_signing_alg_values_supported: ['ES256'] };
    },
  );
  found.catch(() => (found = undefined));
  return found;
}

/** @type {oauth.DPoPHandle | undefined} */
let handle;
async function dpop() {
  handle ??= oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  return handle;
}

/**
 * Leaves for the authorization server.
 * @param {Role} role
 * @param {string} route where to go on afterwards
 */
export async function signIn(role = 'care', route = '') {
  const as = await server();
  const verifier = oauth.generateRandomCodeVerifier();
  /** @type {Launch} */
  const launch = { state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), verifier, role, route };
  sessionStorage.setItem(key, JSON.stringify(launch));
  const url = new URL(/** @type {string} */ (as.authorization_endpoint));
  const parameters = {
    response_type: 'code',
    client_id: place.client,
    redirect_uri: redirectUri,
    scope: scopes[role],
    state: launch.state,
    nonce: launch.nonce,
    aud: place.base,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(role === 'emergency' ? { purpose_of_use: 'bris_de_glace' } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  window.location.assign(url);
}

/** @returns whether the page was opened by the authorization server */
export const isReturn = () => /[?&](code|error)=/.test(window.location.search);

/**
 * The way back: the code for tokens. The address loses the code before anything else is done.
 * @returns {Promise<string>} the route to go on with
 */
export async function comeBack() {
  const url = new URL(window.location.href);
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  window.history.replaceState(null, '', url.pathname);
  if (kept === null) throw new Error('launch');
  const launch = /** @type {Launch} */ (JSON.parse(kept));
  const as = await server();
  const answered = oauth.validateAuthResponse(as, client, url, launch.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    ...[as, client, oauth.None(), answered, redirectUri, launch.verifier],
    { ...options, DPoP: await dpop() },
  );
  const checks = { expectedNonce: launch.nonce, requireIdToken: true };
  take(await oauth.processAuthorizationCodeResponse(as, client, answer, checks), launch.role);
  return launch.route;
}

/**
 * @param {oauth.TokenEndpointResponse} tokens
 * @param {Role} role
 */
function take(tokens, role) {
  const before = session.get();
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  session.set({
    accessToken: tokens.access_token,
    ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    until: Date.now() + (tokens.expires_in ?? 60) * 1000,
    scopes: (tokens.scope ?? '').split(' '),
    role,
    ...(typeof tokens['patient'] === 'string' ? { patient: tokens['patient'] } : {}),
    name: typeof claims?.['name'] === 'string' ? claims['name'] : (before?.name ?? ''),
    practitioner: typeof claims?.['fhirUser'] === 'string' ? claims['fhirUser'] : (before?.practitioner ?? ''),
    idToken: tokens.id_token ?? before?.idToken ?? '',
  });
}

/** One renewal at a time: a refresh token that comes twice ends everything. @type {Promise<void> | undefined} */
let renewal;
/** @throws {SignedOut} where the server no longer renews; anything else may pass: the session stays */
function renew() {
  renewal ??= ask().finally(() => (renewal = undefined));
  return renewal;

  async function ask() {
    const { refreshToken, role } = /** @type {Session} */ (session.get());
    if (refreshToken === undefined) return end();
    const as = await server();
    const proof = { ...options, DPoP: await dpop() };
    const answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, proof);
    const tokens = await oauth.processRefreshTokenResponse(as, client, answer).catch((/** @type {unknown} */ error) => {
      // Refused, by what RFC 6749 §5.2 says; anything else may pass.
      if (error instanceof oauth.WWWAuthenticateChallengeError) return end();
      if (error instanceof oauth.ResponseBodyError && error.status === 400) return end();
      throw error;
    });
    // Who signed out meanwhile is not signed in again.
    if (session.get() !== undefined) take(tokens, role);
  }
}

/** Milliseconds before its end at which a token is no longer used. */
const margin = 15_000;
const isEnding = () => (session.get()?.until ?? Infinity) - margin < Date.now();

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** Renews while nobody asks for anything, so that what is on the screen goes when the session does. */
session.watch(function follow() {
  clearTimeout(timer);
  const now = session.get();
  if (now === undefined) return;
  const wait = now.until - (now.refreshToken === undefined ? 0 : margin) - Date.now();
  // Where the server was not reached, soon again.
  timer = setTimeout(() => void renew().catch(follow), Math.max(wait, 5000));
});

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** Why nobody is, where they did not leave by themselves. @type {ReturnType<typeof store<SignedOut | undefined>>} */
export const ended = store(/** @type {SignedOut | undefined} */ (undefined));

/**
 * A request with the token, renewed where it is about to end, or where the server no longer takes it.
 * @param {string} method
 * @param {string} url of this server
 * @param {Record<string, string>} headers
 * @param {string | undefined} body
 * @returns {Promise<Response>} whatever its status
 * @throws {SignedOut}
 */
export async function send(method, url, headers, body) {
  if (session.get() === undefined) throw new SignedOut();
  if (isEnding()) await renew();
  const first = session.get();
  const answer = await sendOnce(method, url, headers, body);
  if (answer.status !== 401) return answer;
  // Others may have renewed it meanwhile.
  if (session.get() === first) await renew();
  const second = await sendOnce(method, url, headers, body);
  return second.status === 401 ? end() : second;
}

/** @type {typeof send} */
async function sendOnce(method, url, headers, body) {
  const { accessToken } = session.get() ?? {};
  if (accessToken === undefined) throw new SignedOut();
  const target = new URL(url, place.base);
  // The token goes to the server that served this page and to nobody else, whatever an answer links to.
  if (target.origin !== new URL(place.base).origin) throw new Error('origin');
  return oauth
    .protectedResourceRequest(accessToken, method, target, new Headers(headers), body ?? null, {
      ...options,
      DPoP: await dpop(),
    })
    .catch((/** @type {unknown} */ error) => {
      if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });
}

/** @returns {never} */
function end() {
  const why = new SignedOut();
  ended.set(why);
  session.set(undefined);
  throw why;
}

/** Leaves the session here, at the authorization server and at Pro Santé Connect. */
export async function signOut() {
  const { idToken = '' } = session.get() ?? {};
  session.set(undefined);
  const { end_session_endpoint: at } = await server();
  if (at === undefined) return;
  const url = new URL(at);
  url.search = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: redirectUri }).toString();
  window.location.assign(url);
}
