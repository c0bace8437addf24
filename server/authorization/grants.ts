/** Grants: in whose name what is issued under them acts, and until when. */
import type { Provider } from 'oidc-provider';
import { saveContext } from './context.ts';
import { epoch, recordsOf, type GrantContext } from './records.ts';
import { identityScopes } from './scopes.ts';
import type { AuthorizationOptions } from './types.ts';

type Options = Pick<AuthorizationOptions, 'config' | 'now'> & { store: Pick<AuthorizationOptions['store'], 'oauth'> };

/**
 * @param owner whose account, and through which client
 * @param scope blank separated: all of it is granted
 * @returns the id of the grant
 */
export async function saveGrant(
  provider: Provider,
  owner: { accountId: string; clientId: string },
  context: GrantContext,
  scope: string,
  { config, store, now }: Options,
): Promise<string> {
  // Their types lack it: without, a grant would live as long as a session might.
  const grant = Object.assign(new provider.Grant(owner), { expiresIn: context.endsAt - epoch(now()) });
  const scopes = scope.split(' ');
  const isIdentity = (each: string): boolean => (identityScopes as readonly string[]).includes(each);
  grant.addOIDCScope(scopes.filter(isIdentity));
  grant.addResourceScope(config.fhirBase, scopes);
  const grantId = await grant.save();
  await saveContext(recordsOf(store.oauth), grantId, context);
  return grantId;
}
