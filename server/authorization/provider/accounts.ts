/**
 * Who is meant by an account: the person of a grant. An account's id is the person's opaque `Practitioner.id`; what else is known of
 * them stands with the grant (`GrantContext`), because it depends on the structure and the launch.
 */
import type { Account, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { fhirUserOf, holds } from '../context.ts';
import type { GrantContext, Records } from '../records.ts';
import { needsPatient } from '../scopes.ts';
import type { AuthorizationOptions } from '../types.ts';

/** An account whose grant is known. */
export interface GrantedAccount extends Account {
  context: GrantContext;
}

/** The context of the grant that this request is about; undefined before one is known. */
export const contextOf = (ctx: KoaContextWithOIDC | undefined): GrantContext | undefined =>
  (ctx?.oidc.entities.Account as Partial<GrantedAccount> | undefined)?.context;

type Options = Pick<AuthorizationOptions, 'config' | 'clients' | 'structures' | 'store' | 'now'>;

/** Undefined: the grant acts in nobody's name any more, and what was issued under it is worth nothing. */
export function findAccount(options: Options, records: Records): NonNullable<Configuration['findAccount']> {
  const { config, clients, structures, store, now } = options;
  return async (_ctx, sub, source) => {
    // At the authorization endpoint only whose session it is counts.
    if (source === undefined) return { accountId: sub, claims: () => ({ sub }) };
    const { grantId, clientId } = source;
    const sessionUid = (source as { sessionUid?: string }).sessionUid;
    const context = grantId === undefined ? undefined : await records.get('Context', grantId);
    if (!context || !holds(context, await clients.byId(clientId ?? ''), structures, now())) return undefined;
    if (sessionUid !== undefined && (await store.oauth.find('EndedSession', sessionUid))) return undefined;
    const { family, given } = context.person;
    const account: GrantedAccount = {
      accountId: sub,
      context,
      claims: () => ({
        sub,
        fhirUser: fhirUserOf(config, sub),
        family_name: family,
        given_name: given,
        name: `${given} ${family}`,
      }),
    };
    return account;
  };
}

/**
 * What was consented in this session is not asked again, as long as nothing depends on the launch: another purpose, or a patient, is.
 */
export function loadExistingGrant(
  { clients, structures, now }: Options,
  records: Records,
): NonNullable<Configuration['loadExistingGrant']> {
  return async ({ oidc }) => {
    const { client, provider, result, session, params } = oidc;
    const fresh = result?.consent?.grantId;
    if (fresh !== undefined) return provider.Grant.find(fresh);
    if (!client) return undefined;
    const known = session?.grantIdFor(client.clientId);
    if (known === undefined) return undefined;
    const context = await records.get('Context', known);
    const scopes = typeof params?.['scope'] === 'string' ? params['scope'].split(' ') : [];
    const isPlain =
      context?.purpose === 'normal' && !context.patient && (params?.['purpose_of_use'] ?? 'normal') === 'normal';
    if (!isPlain || needsPatient(scopes)) return undefined;
    return holds(context, await clients.byId(client.clientId), structures, now())
      ? provider.Grant.find(known)
      : undefined;
  };
}
