/**
 * The relying party of Pro Santé Connect (auth §1.1, OpenID Connect Core, CIBA): code flow with PKCE, state and nonce; CIBA in poll
 * mode; refresh; introspection of tokens that others obtained.
 *
 * An id_token counts when its signature (algorithms of `server/auth/token.ts`), `iss`, `aud`, `exp`, `nonce` hold and it says an
 * `acr` (which one is not compared: what is asked for is not what is answered); a person when id_token and userinfo name the same
 * `sub` and SubjectNameID.
 */
import * as oidc from 'openid-client';
import { readUserinfo, pscInvalid } from '../../../mappings/psc/userinfo.ts';
import { situationsOf } from '../../../mappings/psc/situations.ts';
import { loadProfessions } from '../../auth/profession-file.ts';
import { clockTolerance } from '../../auth/token.ts';
import type { Config } from '../../config.ts';
import { discover, readIdentity, type PscIdentity } from './client.ts';
import { ask, refused } from './failures.ts';
import { goesWith } from './token-hash.ts';
import type { Professional, ProSanteConnect, PscSession } from './types.ts';

const asked = { scope: 'openid scope_all', acr_values: 'eidas1' };
/** Milliseconds after which discovery document, keys and certificates are read again. */
const freshFor = 3_600_000;
/** Longest that a device may take, in seconds, whatever Pro Santé Connect allows. */
const longestWait = 600;

interface Connection extends PscIdentity {
  server: oidc.Configuration;
  at: number;
}

/** What an id_token or an introspection says of an authentication. */
interface Authentication {
  sub: string;
  acr?: unknown;
  auth_time?: unknown;
  iat?: unknown;
  SubjectNameID?: unknown;
}

const date = (seconds: number): Date => new Date(seconds * 1000);

/**
 * @returns undefined when PSC_DISCOVERY is not set
 * @throws ConfigError for the settings and files; Pro Santé Connect itself is asked when it is needed first
 */
export async function createProSanteConnect(
  config: Config,
  now: () => number = Date.now,
): Promise<(ProSanteConnect & { close(): Promise<void> }) | undefined> {
  if (config.PSC_DISCOVERY === undefined) return undefined;
  const professions = loadProfessions(config);
  // Said at start, not to the first professional.
  let identity: PscIdentity | undefined = await readIdentity(config);
  let current: Connection | undefined;
  let connecting: Promise<Connection> | undefined;

  async function connect(): Promise<Connection> {
    const next = identity ?? (await readIdentity(config));
    identity = next;
    const connection = { ...next, server: await discover(config, next), at: now() };
    identity = undefined;
    // What is under way over the connections before ends there; idle ones end by themselves.
    current = connection;
    return connection;
  }

  async function connected(): Promise<oidc.Configuration> {
    if (current && now() - current.at < freshFor) return current.server;
    connecting ??= connect().finally(() => (connecting = undefined));
    try {
      return (await connecting).server;
    } catch (error) {
      // An old document is better than none.
      if (current) return current.server;
      throw error;
    }
  }

  /** The person behind an access token, who must be the one who was authenticated. */
  async function professionalOf(
    server: oidc.Configuration,
    accessToken: string,
    said: Authentication,
  ): Promise<Professional> {
    const answer = await oidc.fetchUserInfo(server, accessToken, said.sub);
    const info = readUserinfo(answer);
    if (said.SubjectNameID !== undefined && said.SubjectNameID !== info.SubjectNameID)
      throw pscInvalid('SubjectNameID');
    const authenticated = said.auth_time ?? said.iat;
    if (typeof authenticated !== 'number' || authenticated > now() / 1000 + clockTolerance)
      throw pscInvalid('auth_time');
    if (typeof said.acr !== 'string' || !/^[\w.:/-]{1,80}$/.test(said.acr)) throw pscInvalid('acr');
    const situations = situationsOf(info, professions);
    const [{ family, given } = { family: '', given: '' }] = situations;
    return {
      sub: info.sub,
      personId: info.SubjectNameID,
      family: info.family_name ?? family,
      given: info.given_name ?? given,
      situations,
      acr: said.acr,
      authenticatedAt: date(authenticated),
    };
  }

  type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

  /** @param before the session that was refreshed: Pro Santé Connect may leave out what stays as it was */
  async function sessionOf(server: oidc.Configuration, tokens: Tokens, before?: PscSession): Promise<PscSession> {
    const claims = tokens.claims();
    if (claims && typeof claims['SubjectNameID'] !== 'string') throw pscInvalid('SubjectNameID');
    const said: Authentication | undefined = claims ?? (before && asSaid(before.professional));
    const idToken = tokens.id_token ?? before?.idToken;
    if (!said || idToken === undefined) throw pscInvalid('id_token');
    if (claims && !goesWith(idToken, claims['at_hash'], tokens.access_token)) throw pscInvalid('at_hash');
    const professional = await professionalOf(server, tokens.access_token, said);
    if (before && professional.personId !== before.professional.personId) throw pscInvalid('SubjectNameID');
    const refreshToken = tokens.refresh_token ?? before?.refreshToken;
    const sid = claims?.['sid'] ?? claims?.['session_state'] ?? before?.sid;
    return {
      professional,
      accessToken: tokens.access_token,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      idToken,
      expiresAt: new Date(now() + (tokens.expiresIn() ?? 0) * 1000),
      ...(typeof sid === 'string' ? { sid } : {}),
    };
  }

  return {
    authorizationUrl: ({ redirectUri, state, nonce, codeVerifier }) =>
      ask(async () =>
        oidc.buildAuthorizationUrl(await connected(), {
          ...asked,
          redirect_uri: redirectUri,
          state,
          nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
        }),
      ),

    callback: (back, { redirectUri, state, nonce, codeVerifier }) =>
      ask(async () => {
        const server = await connected();
        // Behind a proxy the request may have come to another address than the browser's.
        const url = new URL(redirectUri);
        url.search = back.search;
        const tokens = await oidc.authorizationCodeGrant(server, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        return sessionOf(server, tokens);
      }),

    refresh: (session) =>
      ask(async () => {
        if (session.refreshToken === undefined) throw refused('invalid_grant');
        const server = await connected();
        return sessionOf(server, await oidc.refreshTokenGrant(server, session.refreshToken), session);
      }),

    logoutUrl: ({ idToken }, returnTo) =>
      ask(async () => {
        const server = await connected();
        if (server.serverMetadata().end_session_endpoint === undefined) return undefined;
        return oidc.buildEndSessionUrl(server, { id_token_hint: idToken, post_logout_redirect_uri: returnTo });
      }),

    backchannel: (personId, bindingMessage, channel, signal) =>
      ask(async () => {
        const server = await connected();
        const started = await oidc.initiateBackchannelAuthentication(server, {
          ...asked,
          login_hint: personId,
          binding_message: bindingMessage,
          channel,
        });
        const over = AbortSignal.timeout(Math.min(started.expires_in, longestWait) * 1000);
        const tokens = await oidc
          .pollBackchannelAuthenticationGrant(server, started, undefined, {
            signal: signal ? AbortSignal.any([signal, over]) : over,
          })
          .catch((error: unknown) => {
            throw over.aborted ? refused('expired_token') : error;
          });
        const session = await sessionOf(server, tokens);
        if (session.professional.personId !== personId) throw pscInvalid('SubjectNameID');
        return session;
      }),

    examine: (accessToken) =>
      ask(async () => {
        const server = await connected();
        const said = await oidc.tokenIntrospection(server, accessToken);
        if (!said.active) throw refused('invalid_token');
        const { sub, exp, iss, client_id, azp, typ } = said;
        // Refresh and id tokens are active, too.
        if (typ !== undefined && typ !== 'Bearer') throw refused('invalid_token');
        if (iss !== undefined && iss !== server.serverMetadata().issuer) throw pscInvalid('iss');
        if (typeof sub !== 'string') throw pscInvalid('sub');
        if (typeof exp !== 'number') throw pscInvalid('exp');
        if (exp * 1000 <= now()) throw refused('invalid_token');
        const clientId = client_id ?? azp;
        if (typeof clientId !== 'string') throw pscInvalid('client_id');
        const professional = await professionalOf(server, accessToken, { ...said, sub });
        return { ...professional, clientId, expiresAt: date(exp) };
      }),

    async close() {
      await connecting?.catch(() => undefined);
      await Promise.all([identity?.agent.close(), current?.agent.close()]);
    },
  };
}

/** What was said of an authentication when it was made. */
const asSaid = ({ sub, personId, acr, authenticatedAt }: Professional): Authentication => ({
  sub,
  SubjectNameID: personId,
  acr,
  auth_time: authenticatedAt.getTime() / 1000,
});
