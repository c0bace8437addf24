/** The end of a login: a grant, in whose name it acts, and the browser on its way back to the app. */
import { isAdministrator, saveContext } from '../context.ts';
import { epoch, type GrantContext } from '../records.ts';
import { identityScopes, needsPatient } from '../scopes.ts';
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
  const { situation, structure } = option;
  const { config, now, store } = options;
  const ofEmergency = emergency && needsPatient(scopes) ? await store.patients.byIns(emergency.patient) : undefined;
  // Another's clock may be ahead: nobody is authenticated in the future.
  const authenticatedAt = Math.min(epoch(professional.authenticatedAt), epoch(now()));
  const sessionEnd = authenticatedAt + config.SESSION_SECONDS;
  return {
    person: {
      id: professional.personId,
      family: situation.family,
      given: situation.given,
      roles: situation.roles,
      strength: 'psc',
      authenticatedAt,
      isAdministrator: isAdministrator(structure, professional.personId),
    },
    structure: { id: structure.id, name: structure.name },
    purpose,
    endsAt: emergency ? Math.min(sessionEnd, epoch(now()) + config.BREAK_GLASS_MINUTES * 60) : sessionEnd,
    loginId,
    ...(emergency ? { emergency } : {}),
    ...(ofEmergency ? { patient: { id: ofEmergency.id, ins: ofEmergency.ins } } : {}),
    ...(!emergency && patient ? { patient: { id: patient.id, ins: patient.ins } } : {}),
    ...(secret ? { secret: true as const } : {}),
  };
}

export async function finish(visit: Visit, { secret }: { secret: boolean }): Promise<void> {
  const { options, provider, records, req, res, client, scopes, login } = visit;
  const context = await contextOf(visit, secret);
  const accountId = await options.store.practitioners.idOf(context.person.id);
  const grant = new provider.Grant({ accountId, clientId: client.id });
  const identity = scopes.filter((scope) => (identityScopes as readonly string[]).includes(scope));
  if (identity.length > 0) grant.addOIDCScope(identity.join(' '));
  grant.addResourceScope(options.config.fhirBase, scopes.join(' '));
  const grantId = await grant.save();
  await saveContext(records, grantId, context);
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
