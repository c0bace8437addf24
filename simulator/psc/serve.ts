/** One request from the endpoint's name to its answer, and whatever failure was asked for. */
import { setTimeout as sleep } from 'node:timers/promises';

import { authorize } from './authorize.ts';
import { backchannel, phone } from './ciba.ts';
import { discovery } from './discovery.ts';
import { isTransport } from './faults.ts';
import { type Exchange, json, OAuthError, refusal, type Reply } from './http.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { errorPage, PageError } from './pages.ts';
import type { EndpointName } from './paths.ts';
import { token } from './token.ts';
import { introspect, revoke } from './token-state.ts';
import { userinfo } from './userinfo.ts';
import type { PscWorld } from './world.ts';

type Handler = (world: PscWorld, exchange: Exchange) => Reply | Promise<Reply>;

const handlers: Readonly<Record<EndpointName, Handler>> = {
  discovery,
  certs: ({ keys }) => json(keys.jwks),
  token,
  userinfo,
  introspection: introspect,
  revocation: revoke,
  logout,
  ciba: backchannel,
  authorization: authorize,
  login,
  phone,
};

/** Where a refusal is for people to read. */
const pages: ReadonlySet<EndpointName> = new Set(['authorization', 'login', 'phone', 'logout']);

/** @returns undefined when the connection is to break */
export async function serve(world: PscWorld, name: EndpointName, exchange: Exchange): Promise<Reply | undefined> {
  const { call } = exchange;
  const fault = world.faults.take((f) => isTransport(f) && (f.endpoint ?? name) === name);
  if (fault !== undefined) call.outcome = `injected ${fault.kind}`;
  try {
    if (fault?.kind === 'down') return undefined;
    if (fault?.kind === 'http500' || fault?.kind === 'garbage') return broken[fault.kind];
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { ref: false });
    return await handlers[name](world, exchange);
  } catch (error) {
    return refused(pages.has(name), exchange, error);
  } finally {
    world.calls.add(call);
  }
}

const broken: Readonly<Record<'http500' | 'garbage', Reply>> = {
  http500: {
    status: 500,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<html><head><title>Erreur</title></head><body><h1>Internal Server Error</h1></body></html>',
  },
  garbage: { status: 200, headers: { 'content-type': 'application/json' }, body: '%%% {"not": JSON' },
};

function refused(isPage: boolean, { call }: Exchange, error: unknown): Reply {
  if (error instanceof PageError) {
    call.outcome = 'refused';
    return errorPage(error);
  }
  if (error instanceof OAuthError) {
    call.outcome = error.code;
    return isPage ? errorPage(new PageError('Demande invalide', error.message)) : refusal(error);
  }
  // a defect of the stand-in: where, never what (a message may quote data)
  const where = error instanceof Error ? (error.stack ?? '').replace(error.message, '…') : 'unknown error';
  process.stderr.write(`psc: ${where}\n`);
  call.outcome = 'server_error';
  return refusal(new OAuthError('server_error', 'A defect of the stand-in', 500));
}
