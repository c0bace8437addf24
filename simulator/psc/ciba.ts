/**
 * CIBA, poll mode only (auth §1.1; OpenID Connect CIBA Core 1.0): a client names the professional, who answers on the
 * e-CPS; meanwhile it asks the token endpoint again and again.
 */
import { randomUUID, type X509Certificate } from 'node:crypto';

import { randomId } from './authorize.ts';
import { authenticate } from './client-auth.ts';
import type { Client } from './clients.ts';
import { type Exchange, json, OAuthError, parameter, redirect, type Reply, required } from './http.ts';
import { checkOwnPage, PageError, phonePage } from './pages.ts';
import { urlOf } from './paths.ts';
import { checkAcr, grantedScope } from './request-rules.ts';
import { issueTokens } from './tokens.ts';
import { type CibaRequest, keep, now, openSession, type PscWorld } from './world.ts';

/** Not served, so not taken silently: other ways to name the person, a signed request, ping and push. */
const refusedParameters = ['login_hint_token', 'id_token_hint', 'request', 'user_code', 'client_notification_token'];

export async function backchannel(world: PscWorld, exchange: Exchange): Promise<Reply> {
  const { client } = await authenticate(world, exchange);
  if (!client.ciba) throw new OAuthError('unauthorized_client', 'CIBA is not activated for this client');
  const { form } = exchange;
  const refused = refusedParameters.find((name) => form.has(name));
  if (refused !== undefined) throw new OAuthError('invalid_request', `${refused} is not taken`);
  const scope = grantedScope(form);
  checkAcr(form);
  const bindingMessage = required(form, 'binding_message');
  // Keycloak's rule, on which Pro Santé Connect is built.
  if (!/^[\w.+/!?#-]{1,50}$/.test(bindingMessage))
    throw new OAuthError('invalid_binding_message', 'binding_message: 1 to 50 plain characters, without spaces');
  const channel = parameter(form, 'channel') ?? 'MOBILE';
  if (channel !== 'CARD' && channel !== 'MOBILE') throw new OAuthError('invalid_request', 'channel: CARD or MOBILE');
  const hint = required(form, 'login_hint');
  const person = world.people.find(({ id }) => id === hint);
  if (person === undefined) throw new OAuthError('unknown_user_id', 'login_hint names nobody');
  const { cibaSeconds, cibaInterval } = world.settings;
  const expires = now(world) + cibaSeconds * 1000;
  const request: CibaRequest = {
    ticket: randomUUID(),
    client,
    person,
    scope,
    bindingMessage,
    channel,
    status: 'pending',
    expires,
    interval: cibaInterval,
  };
  const id = randomId();
  keep(world.ciba, id, request, (old) => old.expires < now(world));
  return json({ auth_req_id: id, expires_in: cibaSeconds, interval: cibaInterval });
}

/** The grant at the token endpoint. @throws OAuthError */
export async function redeem(
  world: PscWorld,
  client: Client,
  form: URLSearchParams,
  certificate: X509Certificate | undefined,
): Promise<Record<string, unknown>> {
  const request = world.ciba.get(required(form, 'auth_req_id'));
  if (request?.client !== client || request.status === 'redeemed')
    throw new OAuthError('invalid_grant', 'auth_req_id is not one of this client’s, or was used');
  const at = now(world);
  const early = request.lastPoll !== undefined && at < request.lastPoll + request.interval * 1000;
  request.lastPoll = at;
  if (at >= request.expires) throw new OAuthError('expired_token', 'Nobody answered in time');
  if (early) {
    request.interval += 5; // CIBA Core §11
    throw new OAuthError('slow_down', `Not more than once in ${request.interval} seconds`);
  }
  if (request.status === 'refused') throw new OAuthError('access_denied', 'The professional refused');
  const { session } = request;
  if (session === undefined) throw new OAuthError('authorization_pending', 'The professional has not answered yet');
  request.status = 'redeemed';
  return issueTokens(world, { client, session, scope: request.scope, revoked: false }, { certificate });
}

/** Those that wait for an answer. */
export const pendingRequests = (world: PscWorld): CibaRequest[] =>
  [...world.ciba.values()].filter(({ status, expires }) => status === 'pending' && now(world) < expires);

/** A professional's answer. */
export function decide(world: PscWorld, request: CibaRequest, approves: boolean): void {
  request.status = approves ? 'approved' : 'refused';
  if (approves) request.session = openSession(world, request.person);
}

/** The page of the e-CPS. @throws PageError when the request is no longer there */
export function phone(world: PscWorld, exchange: Exchange): Reply {
  if (exchange.method === 'GET') return phonePage(pendingRequests(world));
  checkOwnPage(world, exchange);
  const ticket = parameter(exchange.form, 'request');
  const action = parameter(exchange.form, 'action');
  const request = pendingRequests(world).find((r) => r.ticket === ticket);
  if (request === undefined) throw new PageError('Demande close', 'Cette demande n’attend plus de réponse.');
  if (action !== 'approve' && action !== 'refuse') throw new PageError('Demande invalide', 'Approuvez, ou refusez.');
  decide(world, request, action === 'approve');
  return redirect(urlOf(world, 'phone'));
}
