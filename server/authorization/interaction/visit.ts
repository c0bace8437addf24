/**
 * One request to the pages of a login: whose interaction it is (by its cookie), for which app, and how far it has come.
 */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Provider, Session } from 'oidc-provider';
import type { PurposeOfUse } from '../../dmp/types.ts';
import { issuerOf } from '../../config.ts';
import type { Client } from '../../registry/types.ts';
import { interactionSeconds } from '../provider/lives.ts';
import { recordsOf, type Login, type Records, type Steps } from '../records.ts';
import type { AuthorizationOptions, Language } from '../types.ts';

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

export interface Visit {
  options: AuthorizationOptions;
  records: Records;
  provider: Provider;
  req: Request;
  res: Response;
  language: Language;
  uid: string;
  /** Path of the interaction, as the browser sees it. */
  path: string;
  details: Details;
  client: Client;
  /** What would be granted. */
  scopes: readonly string[];
  purpose: PurposeOfUse;
  redirectUri: string;
  steps: Steps;
  /** Undefined: nobody has logged in yet. */
  login: Login | undefined;
}

export const secret = (): string => randomBytes(32).toString('base64url');

export const pathOf = (options: Pick<AuthorizationOptions, 'config'>, uid: string): string =>
  `${new URL(issuerOf(options.config)).pathname}/interaction/${uid}`;

/**
 * @returns undefined when the browser does not hold the interaction, or it is over
 */
export async function visitOf(
  options: AuthorizationOptions,
  provider: Provider,
  req: Request,
  res: Response,
): Promise<Visit | undefined> {
  const uid = String(req.params['uid']);
  const records = recordsOf(options.store.oauth);
  const details = await provider.interactionDetails(req, res).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'SessionNotFound') return undefined;
    throw error;
  });
  const client = details?.uid === uid ? await options.clients.byId(String(details.params['client_id'])) : undefined;
  if (!details || !client) return undefined;
  const steps = (await records.get('Steps', uid)) ?? {
    csrf: secret(),
    ...(await inSession(records, provider, details)),
  };
  return {
    ...{ options, records, provider, req, res, uid, details, client, steps },
    language: options.factsOf(res).language,
    path: pathOf(options, uid),
    scopes: String(details.params['scope']).split(' '),
    purpose: (details.params['purpose_of_use'] ?? 'normal') as PurposeOfUse,
    redirectUri: String(details.params['redirect_uri']),
    login: steps.loginId === undefined ? undefined : await records.get('Login', steps.loginId),
  };
}

/** Keeps how far it has come. */
export const saveSteps = ({ records, uid, steps }: Visit): Promise<void> =>
  records.put('Steps', uid, steps, new Date(Date.now() + interactionSeconds * 1000));

/** The login of the browser's session, unless the app, or time, wants another. */
async function inSession(records: Records, provider: Provider, { prompt, session }: Details): Promise<Partial<Steps>> {
  if (prompt.name === 'login' || session?.uid === undefined) return {};
  const known = await provider.Session.findByUid(session.uid);
  const loginId = known && (await loginIdOf(records, known));
  return loginId === undefined ? {} : { loginId };
}

/** The login that a session came from. */
export async function loginIdOf(
  records: Records,
  { authorizations = {} }: Pick<Session, 'authorizations'>,
): Promise<string | undefined> {
  for (const { grantId } of Object.values(authorizations)) {
    const context = grantId === undefined ? undefined : await records.get('Context', grantId);
    if (context?.loginId !== undefined) return context.loginId;
  }
  return undefined;
}
