/**
 * What oidc-provider did, on record before the answer leaves: tokens given and refused, apps allowed and refused, tokens given back.
 */
import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Request, Response } from 'express';
import { floodGauge } from '../../auth/flood.ts';
import type { AuthorizationEvent } from '../events.ts';
import { recordsOf, type GrantContext } from '../records.ts';
import type { AuthorizationOptions } from '../types.ts';
import type { Middleware } from './answers.ts';

type What = Pick<AuthorizationEvent, 'kind' | 'outcome'> & Partial<AuthorizationEvent>;

/** Of a token's claims, whatever grant it came from, what the record wants. */
function saidBy(extra: object | undefined): Partial<AuthorizationEvent> {
  const iua = (extra as { extensions?: { ihe_iua?: Record<string, string> } } | undefined)?.extensions?.ihe_iua;
  if (!iua) return {};
  return {
    ...(iua['national_provider_identifier'] ? { person: iua['national_provider_identifier'] } : {}),
    ...(iua['subject_organization_id'] ? { structure: iua['subject_organization_id'] } : {}),
    ...(iua['purpose_of_use'] ? { purpose: iua['purpose_of_use'] as AuthorizationEvent['purpose'] & string } : {}),
  };
}

/** The same of a grant's context. */
export const saidByContext = ({
  person,
  structure,
  purpose,
  patient,
  emergency,
}: GrantContext): Partial<AuthorizationEvent> => ({
  person: person.id,
  structure: structure.id,
  purpose,
  ...(emergency ? { patient: emergency.patient } : patient ? { patient: patient.ins } : {}),
});

const reasonOf = (error: Error): string => (error as { error?: string }).error ?? 'server_error';

type Tell = (
  ctx: KoaContextWithOIDC,
  failure: Error | undefined,
  options: AuthorizationOptions,
) => Promise<What | undefined>;

const token: Tell = ({ oidc }, failure) => {
  const issued = oidc.entities.AccessToken ?? oidc.entities.ClientCredentials;
  const grantType = oidc.params?.['grant_type'];
  return Promise.resolve({
    kind: 'token',
    ...(failure ? { outcome: 'refused', reason: reasonOf(failure) } : { outcome: 'success' }),
    ...(typeof grantType === 'string' && oidc.client?.grantTypeAllowed(grantType) ? { grantType } : {}),
    ...saidBy(issued?.extra),
    ...(failure || issued?.scope === undefined ? {} : { scope: issued.scope }),
    ...(issued?.['x5t#S256'] === undefined ? {} : { certificate: issued['x5t#S256'] }),
  });
};

const authorization: Tell = async ({ oidc }, failure, { store }) => {
  if (failure) return { kind: 'authorization', outcome: 'refused', reason: reasonOf(failure) };
  const { grantId, scope } = oidc.entities.AuthorizationCode ?? {};
  // Somebody was sent to the pages of the login: nothing has happened yet.
  if (grantId === undefined) return undefined;
  const context = await recordsOf(store.oauth).get('Context', grantId);
  return {
    kind: 'authorization',
    outcome: 'success',
    ...(context ? saidByContext(context) : {}),
    ...(scope === undefined ? {} : { scope }),
  };
};

const revocation: Tell = ({ oidc: { entities } }, failure) => {
  if (failure) return Promise.resolve({ kind: 'revocation', outcome: 'refused', reason: reasonOf(failure) });
  // Of a token that is none, or another client's, the answer is the same (RFC 7009 §2.2).
  const given = entities.RefreshToken ?? entities.AccessToken ?? entities.ClientCredentials;
  return Promise.resolve({
    kind: 'revocation',
    outcome: 'success',
    ...saidBy((given as { extra?: object } | undefined)?.extra),
  });
};

const introspection: Tell = ({ oidc: { entities }, body }, failure) => {
  if (failure) return Promise.resolve({ kind: 'introspection', outcome: 'refused', reason: reasonOf(failure) });
  const { AccessToken, ClientCredentials } = entities;
  const isTold = (body as { active?: unknown }).active === true;
  const said = isTold ? saidBy((AccessToken ?? ClientCredentials)?.extra) : {};
  return Promise.resolve({ kind: 'introspection', outcome: 'success', ...said });
};

/** What came of a request that was taken is told when the professional has answered (`ciba/`). */
const backchannel: Tell = (_ctx, failure) =>
  Promise.resolve(failure && { kind: 'login', outcome: 'refused', reason: reasonOf(failure) });

const tellers: Readonly<Record<string, Tell>> = {
  ...{ token, authorization, resume: authorization, revocation, introspection },
  backchannel_authentication: backchannel,
};

/** Whether `limitRefusals` has put 429 in the place of a refusal. A client that is known and asks too often has an error of its own. */
const takesPlace = ({ status }: KoaContextWithOIDC, failure: Error | undefined): boolean =>
  status === 429 && (failure as { status?: unknown } | undefined)?.status !== 429;

/** Where what is not on record was not given. */
const giving: ReadonlySet<string> = new Set(['token', 'authorization', 'resume']);

/** What is common to all events of a request. */
export const about = (
  options: Pick<AuthorizationOptions, 'factsOf' | 'now'>,
  res: Response,
): Pick<AuthorizationEvent, 'at' | 'requestId' | 'address' | 'traceparent'> => {
  const traceparent = res.req.get('traceparent');
  return {
    at: options.now(),
    requestId: options.factsOf(res).requestId,
    ...(res.req.ip === undefined ? {} : { address: res.req.ip }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};

/** Koa middleware around oidc-provider's own. */
export function recordAnswers(options: AuthorizationOptions, provider: Provider): Middleware {
  const failures = new WeakMap<object, Error>();
  const remember = (ctx: object, error: Error): void => void failures.set(ctx, error);
  provider.on('grant.error', remember);
  provider.on('authorization.error', remember);
  provider.on('revocation.error', remember);
  provider.on('introspection.error', remember);
  provider.on('backchannel_authentication.error', remember);
  provider.on('server_error', remember);
  const unforeseen = ({ res }: { res: object }, error: Error): void =>
    options.onFailure({
      requestId: options.factsOf(res as Response).requestId,
      error: error.name,
      code: (error as { code?: unknown }).code,
    });
  provider.on('server_error', unforeseen);
  // Koa would write the whole error, with whatever it says, on standard error.
  (provider as EventEmitter).on('error', (error: Error, ctx: { res: object }) => unforeseen(ctx, error));
  const isNotable = floodGauge();
  return async (koa, next) => {
    await next();
    const ctx = koa as unknown as KoaContextWithOIDC;
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    if (takesPlace(ctx, failures.get(ctx)) && !isNotable((ctx.req as Request).ip)) return;
    const what = oidc?.route === undefined ? undefined : await tellers[oidc.route]?.(ctx, failures.get(ctx), options);
    if (!oidc || !what) return;
    const client = oidc.client?.clientId;
    try {
      await options.record({
        ...about(options, ctx.res as Response),
        ...(client === undefined ? {} : { client }),
        ...what,
      });
    } catch {
      await withdraw(ctx, options).catch(() => undefined);
    }
  };
}

/** What is not on record was not given. */
async function withdraw(ctx: KoaContextWithOIDC, { store: { oauth } }: AuthorizationOptions): Promise<void> {
  // First of all: also when the database cannot be had for the rest, nobody gets what was made.
  unrecorded(ctx);
  // Elsewhere the token was given before: who asks about it does not end it.
  if (!giving.has(ctx.oidc.route)) return;
  const { AccessToken, ClientCredentials, RefreshToken, RotatedRefreshToken, AuthorizationCode } = ctx.oidc.entities;
  for (const given of [AccessToken, ClientCredentials, RefreshToken, AuthorizationCode]) await given?.destroy();
  // Else whoever asks again with it, as 503 tells them to, would be taken for a thief.
  if (RotatedRefreshToken) await oauth.release('RefreshToken', RotatedRefreshToken.jti);
}

/** In place of an answer that is not on record. */
export function unrecorded(ctx: KoaContextWithOIDC): void {
  ctx.remove('Location');
  ctx.status = 503;
  ctx.body = { error: 'temporarily_unavailable' };
}
