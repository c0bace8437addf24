/** Logout that the client asks for, in the browser (OpenID Connect RP-Initiated Logout 1.0). */
import { compactVerify } from 'jose';

import { isRegistered } from './clients.ts';
import { type Exchange, parameter, redirect, type Reply } from './http.ts';
import { loggedOutPage, PageError } from './pages.ts';
import type { PscWorld } from './world.ts';

/** @throws PageError: without a hint that is ours, nobody is logged out and the browser is sent nowhere */
export async function logout(world: PscWorld, exchange: Exchange): Promise<Reply> {
  const from = exchange.method === 'POST' ? exchange.form : exchange.query;
  const claims = await readHint(world, parameter(from, 'id_token_hint'));
  const client = world.clients.get(String(claims['aud']));
  const id = parameter(from, 'client_id');
  if (client === undefined || (id !== undefined && id !== client.id))
    throw new PageError('Déconnexion refusée', 'Le jeton n’est pas celui de ce service.');
  exchange.call.client = client.id;
  const target = parameter(from, 'post_logout_redirect_uri');
  if (target !== undefined && !isRegistered(client.postLogoutRedirectUris, target))
    throw new PageError('Adresse de retour refusée', 'Cette adresse de retour n’est pas enregistrée pour ce service.');
  const session = world.sessions.get(String(claims['sid']));
  if (session !== undefined) session.ended = true;
  if (target === undefined) return loggedOutPage();
  const url = new URL(target);
  const state = parameter(from, 'state');
  if (state !== undefined) url.searchParams.append('state', state);
  return redirect(url);
}

/** The claims of an id_token of ours, expired or not (RP-Initiated Logout §2). */
async function readHint(world: PscWorld, hint: string | undefined): Promise<Record<string, unknown>> {
  if (hint === undefined) throw new PageError('Déconnexion refusée', 'Le paramètre id_token_hint manque.');
  try {
    const { payload } = await compactVerify(hint, world.keys.publicKey, { algorithms: ['RS256'] });
    const claims = JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>;
    if (claims['iss'] === world.issuer) return claims;
  } catch {
    // not signed by us: as good as none
  }
  throw new PageError('Déconnexion refusée', 'Le paramètre id_token_hint n’est pas un jeton d’identité valide.');
}
