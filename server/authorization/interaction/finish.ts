/** The end of a login: a grant, in whose name it acts, and the browser on its way back to the app. */
import { contextOfChoice } from '../choices.ts';
import { saveGrant } from '../grants.ts';
import { epoch, type GrantContext } from '../records.ts';
import { needsPatient } from '../scopes.ts';
import { chosen } from './situation.ts';
import type { Visit } from './visit.ts';

/** @throws Error when a step before it was left out: none may be */
async function contextOf(visit: Visit, secret: boolean): Promise<GrantContext> {
  const { login, options, purpose, scopes, steps } = visit;
  const option = chosen(visit);
  const { emergency, patient, loginId } = steps;
  if (!login || !option || loginId === undefined || (purpose === 'bris_de_glace' && !emergency))
    throw new Error('A step of the login was left out.');
  const { professional } = login.session;
  const { config, now, store } = options;
  const ofEmergency =
    emergency && needsPatient(scopes)
      ? await store.as(option.structure.id).patients.byIns(emergency.patient)
      : undefined;
  const sessionEnd = Math.min(epoch(professional.authenticatedAt), epoch(now())) + config.SESSION_SECONDS;
  const endsAt = emergency ? Math.min(sessionEnd, epoch(now()) + config.BREAK_GLASS_MINUTES * 60) : sessionEnd;
  return {
    ...contextOfChoice(professional, option, endsAt, now()),
    purpose,
    loginId,
    ...(emergency ? { emergency } : {}),
    ...(ofEmergency ? { patient: { id: ofEmergency.id, ins: ofEmergency.ins } } : {}),
    ...(!emergency && patient ? { patient: { id: patient.id, ins: patient.ins } } : {}),
    ...(secret ? { secret: true as const } : {}),
  };
}

export async function finish(visit: Visit, { secret }: { secret: boolean }): Promise<void> {
  const { options, provider, req, res, client, scopes, login } = visit;
  const context = await contextOf(visit, secret);
  const accountId = await options.store.practitioners.idOf(context.person.id);
  const owner = { accountId, clientId: client.id };
  const grantId = await saveGrant(provider, owner, context, scopes.join(' '), options);
  const acr = login?.session.professional.acr;
  await provider.interactionFinished(
    req,
    res,
    {
      login: { accountId, ts: context.person.authenticatedAt, ...(acr === undefined ? {} : { acr }) },
      consent: { grantId },
    },
    { mergeWithLastSubmission: false },
  );
}

/** Back to the app, with nothing (RFC 6749 §4.1.2.1). */
export const abort = ({ provider, req, res }: Visit): Promise<void> =>
  provider.interactionFinished(
    req,
    res,
    { error: 'access_denied', error_description: 'the professional, or this server, does not allow it' },
    { mergeWithLastSubmission: false },
  );
