/**
 * CIBA, poll mode (OpenID Client-Initiated Backchannel Authentication 1.0): an app without a browser asks for a professional by
 * their national identifier (`login_hint`), and Pro Santé Connect asks them on their own device; we are its client as they are ours.
 *
 * Beside the standard's parameters: `channel` (`CARD`, or `MOBILE` when absent) and `situation` (`choices.ts`), which must be there
 * when the professional has several.
 *
 * The instance that took a request waits for the answer. When it ends, those who wait are told `access_denied` and ask again; when it
 * dies, they are told `expired_token` in the end.
 */
import type { Response } from 'express';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { IssueError } from '../../../mappings/outcome.ts';
import { personId } from '../../auth/claims.ts';
import { createLimiter } from '../../auth/limiter.ts';
import { choicesOf, choose, contextOfChoice } from '../choices.ts';
import { saveGrant } from '../grants.ts';
import { about } from '../provider/recorded.ts';
import type { ProSanteConnect } from '../psc/types.ts';
import { epoch, type GrantContext } from '../records.ts';
import { invalidRequest, oauthError } from '../refusals.ts';
import { identityScopes, needsPatient } from '../scopes.ts';
import type { AuthorizationOptions, Extension } from '../types.ts';

type Options = Pick<
  AuthorizationOptions,
  'config' | 'clients' | 'structures' | 'store' | 'now' | 'factsOf' | 'record' | 'onFailure'
> & { psc: ProSanteConnect };

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

const cibaGrant = 'urn:openid:params:grant-type:ciba';
const channels = ['MOBILE', 'CARD'] as const;

/** What a request asks of Pro Santé Connect; its parameters were looked at before it was taken. */
interface Asked {
  login_hint: string;
  binding_message: string;
  channel?: (typeof channels)[number];
  situation?: string;
}

export function ciba(options: Options): Extension & { close(): Promise<void> } {
  const { psc, store, clients, structures, config, now } = options;
  const limiter = createLimiter(config.RATE_LIMIT_CIBA);
  const stop = new AbortController();
  const waiting = new Set<Promise<void>>();

  const requestIdOf = (ctx: KoaContextWithOIDC): string => options.factsOf(ctx.res as Response).requestId;

  /** Asks the professional. */
  async function authenticated(request: Request): Promise<GrantContext> {
    const { login_hint, binding_message, channel = 'MOBILE', situation } = request.params as unknown as Asked;
    const client = await clients.byId(request.clientId ?? '');
    if (!client) throw new errors.AccessDenied();
    const { professional } = await psc.backchannel(login_hint, binding_message, channel, stop.signal);
    const endsAt = epoch(professional.authenticatedAt) + config.SESSION_SECONDS;
    return contextOfChoice(professional, choose(choicesOf(professional, client, structures), situation), endsAt, now());
  }

  /** Brings the answer to where the client looks for it. */
  async function answer(ctx: KoaContextWithOIDC, request: Request): Promise<void> {
    const { provider } = ctx.oidc;
    const event = { kind: 'login', ...about(options, ctx.res as Response) } as const;
    const client = request.clientId ?? '';
    const person = { client, person: (request.params as unknown as Asked).login_hint };
    try {
      const context = await authenticated(request);
      const { id } = context.structure;
      await options.record({ ...event, ...person, outcome: 'success', structure: id, purpose: context.purpose });
      const owner = { accountId: request.accountId ?? '', clientId: client };
      const grantId = await saveGrant(provider, owner, context, request.scope ?? '', options);
      await provider.backchannelResult(request, grantId, { authTime: context.person.authenticatedAt });
    } catch (error) {
      const refusal = refusalOf(error, stop.signal);
      await options.record({ ...event, ...person, outcome: 'refused', reason: refusal.error });
      await tell(provider, request, refusal);
    }
  }

  return {
    grantTypes: [cibaGrant],
    parameters: {
      channel(_ctx, channel) {
        if (channel !== undefined && !channels.some((known) => known === channel))
          throw invalidRequest(`channel must be ${channels.join(' or ')}.`);
      },
      situation: (ctx) => {
        if (ctx.oidc.route === 'backchannel_authentication') checkPurpose(ctx.oidc.params ?? {});
      },
    },
    features: {
      ciba: {
        enabled: true,
        deliveryModes: ['poll'],
        processLoginHint(_ctx, hint = '') {
          if (!personId.safeParse(hint).success) throw new errors.UnknownUserId('login_hint must be a PS_IdNat');
          if (limiter?.take(hint).allowed === false) throw new errors.SlowDown('this person was asked often enough');
          return store.practitioners.idOf(hint);
        },
        processLoginHintToken() {
          throw invalidRequest('login_hint_token is not read here: use login_hint.');
        },
        validateBindingMessage(_ctx, message) {
          // Shown on both screens: what makes sure that the same request is meant.
          if (!/^[\w.+/!?#-]{1,20}$/.test(message ?? ''))
            throw new errors.InvalidBindingMessage(
              'binding_message: 1 to 20 letters, digits or signs of . _ - + / ! ? #',
            );
        },
        validateRequestContext(_ctx, context) {
          if (context !== undefined) throw invalidRequest('request_context is not read here.');
        },
        verifyUserCode(_ctx, _account, code) {
          if (code !== undefined) throw new errors.InvalidUserCode('there are no user codes here');
        },
        triggerAuthenticationDevice(ctx, request) {
          const answered = answer(ctx, request)
            // The client sees the request expire.
            .catch((error: unknown) => options.onFailure({ requestId: requestIdOf(ctx), error: (error as Error).name }))
            .finally(() => waiting.delete(answered));
          waiting.add(answered);
        },
      },
    },
    async close() {
      stop.abort();
      await Promise.all(waiting);
    },
  };
}

/** Nobody says here why a record is opened in an emergency, nor for which patient an app is launched. */
function checkPurpose(params: Record<string, unknown>): void {
  if ((params['purpose_of_use'] ?? 'normal') !== 'normal') throw invalidRequest('purpose_of_use can only be normal.');
  const scopes = String(params['scope']).split(' ');
  if (needsPatient(scopes)) throw new errors.InvalidScope('no patient is chosen here', '');
  // Nobody's device rings for nothing.
  if (scopes.every((scope) => (identityScopes as readonly string[]).includes(scope)))
    throw new errors.InvalidScope('no scope can be granted', '');
}

/** What Pro Santé Connect says, and CIBA Core §11 in the same words. */
const said = new Map<unknown, typeof errors.AccessDenied | typeof errors.ExpiredToken>([
  ['access_denied', errors.AccessDenied],
  ['expired_token', errors.ExpiredToken],
]);

/** What the client is told. */
function refusalOf(error: unknown, stopped: AbortSignal): errors.OIDCProviderError {
  if (stopped.aborted) return new errors.AccessDenied('this server is being stopped: ask again');
  const [issue] = error instanceof IssueError && error.message === 'psc-refused' ? error.issues : [];
  const Said = said.get(issue?.values?.['code']);
  if (Said) return new Said();
  const translated = oauthError(error);
  return translated instanceof errors.OIDCProviderError ? translated : new errors.AccessDenied();
}

async function tell(provider: Provider, request: Request, refusal: errors.OIDCProviderError): Promise<void> {
  // backchannelResult keeps the description under another name than the one that is read.
  if (refusal.error_description !== undefined) request.errorDescription = refusal.error_description;
  await provider.backchannelResult(request, refusal);
}
