/**
 * Consent: create, read, vread, update, delete, history. Two kinds share the type: what the structure records (versioned), and the
 * authorisations that stand in the DMP (TD0.3), told apart by their category. ITI-108 (IHE PCF) as far as its Basic consent goes.
 */
import type { Consent } from '@medplum/fhirtypes';
import { isAuthorization } from '../../../mappings/consent/authorization.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { StoredAuthorization, StoredConsent } from '../../store/types.ts';
import { resolveSubject } from '../deposit/subject.ts';
import { expectedVersion } from '../if-match.ts';
import { idOf, type Call, type Handler, type Reply } from '../interaction.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import { versionHeaders } from '../version-headers.ts';
import { hasErrors, validateBase } from '../validation/index.ts';
import { changeAuthorization, readAuthorization } from './authorizations.ts';
import { historyOf, recordStatement, shownAs, statementOf, withdraw } from './local.ts';

const type = 'Consent';
const notFound = (): IssueError => new IssueError({ key: 'not-found', values: { type } });

export const createConsent: Handler = async (call, services) => {
  // There is one a patient and category, and recording again replaces it: a condition that is overlooked would lose a refusal.
  if (call.ifNoneExist !== undefined) throw new IssueError({ key: 'consent-condition', expression: 'If-None-Exist' });
  const consent = bodyOf(call);
  const { ins } = await resolveSubject(consent.patient, `${type}.patient`, {}, services, call.caller.structure.id);
  if (isAuthorization(consent)) {
    const { consent: made, changed } = await changeAuthorization(consent, ins, false, call, services);
    return made ? created(made, changed ? 201 : 200, call, services) : { status: 204 };
  }
  const statement = statementOf(consent, call, services);
  const { id } = await services.store.patients.byIns(ins);
  const { consent: kept, isNew } = await recordStatement(id, statement, undefined, call, services);
  return created(kept, isNew ? 201 : 200, call, services);
};

export const readConsent: Handler = async (call, services) => {
  const found = await find(call, services);
  if (found.kind === 'local') return shown(shownAs(found.stored, call));
  const consent = await readAuthorization(found.known, call, services);
  if (!consent) throw notFound();
  return shown(consent);
};

export const vreadConsent: Handler = async (call, services) => {
  const version = /^[1-9]\d{0,8}$/.test(call.version ?? '') ? Number(call.version) : NaN;
  const stored = Number.isNaN(version)
    ? undefined
    : await services.store.consents.byId(idOf(call), call.caller.structure.id, version);
  if (!stored) throw notFound();
  return shown(shownAs(stored, call));
};

export const historyConsent: Handler = async (call, services) => {
  const { store, config, now } = services;
  const versions = await store.consents.history(idOf(call), call.caller.structure.id);
  if (versions.length === 0) throw notFound();
  return { status: 200, resource: historyOf(versions, call, config.fhirBase, now()) };
};

export const updateConsent: Handler = async (call, services) => {
  const consent = bodyOf(call);
  const found = await find(call, services);
  if (consent.id !== undefined && consent.id !== idOf(call))
    throw new IssueError({ key: 'consent-element', expression: `${type}.id`, values: { detail: 'id = URL' } });
  const { ins, patientId } = found.kind === 'local' ? found.stored : found.known;
  const { ins: given } = await resolveSubject(
    consent.patient,
    `${type}.patient`,
    {},
    services,
    call.caller.structure.id,
  );
  const fixed = (element: string): IssueError =>
    new IssueError({ key: 'consent-topic-fixed', expression: `${type}.${element}` });
  if (given.value !== ins.value || given.oid !== ins.oid) throw fixed('patient');
  if (isAuthorization(consent) !== (found.kind === 'authorization')) throw fixed('category');
  if (found.kind === 'authorization') {
    requireHolder(found.known, call);
    const { consent: changed } = await changeAuthorization(consent, ins, true, call, services);
    return changed ? reply(changed, 200, call) : { status: 204 };
  }
  const statement = statementOf(consent, call, services);
  if (statement.topic !== found.stored.topic) throw fixed('category');
  const kept = await recordStatement(patientId, statement, expectedVersion(call), call, services);
  return reply(kept.consent, 200, call);
};

/** Withdraws a consent, or ends the caller's authorisation: what was recorded stays in the history. */
export const deleteConsent: Handler = async (call, services) => {
  const found = await find(call, services);
  if (found.kind === 'local') {
    await withdraw(found.stored, expectedVersion(call), call, services);
    return { status: 204 };
  }
  const { known } = found;
  requireHolder(known, call);
  const ended = { status: 'inactive', category: [], provision: { type: 'permit' } } as unknown as Consent;
  await changeAuthorization(ended, known.ins, true, call, services);
  return { status: 204 };
};

/**
 * Only one's own is changed, and it has no versions here that a condition could name.
 * @throws IssueError consent-actor, version-conflict
 */
function requireHolder({ holder }: StoredAuthorization, call: Call): void {
  if (holder !== call.caller.personId)
    throw new IssueError({ key: 'consent-actor', expression: `${type}.provision.actor[0].reference` });
  const given = expectedVersion(call);
  if (given !== undefined) throw new IssueError({ key: 'version-conflict', values: { given, current: '—' } });
}

type Found = { kind: 'local'; stored: StoredConsent } | { kind: 'authorization'; known: StoredAuthorization };

/** By id: one of the caller's structure, or an authorisation of the DMP. @throws IssueError not-found */
async function find(call: Call, { store }: Services): Promise<Found> {
  const id = idOf(call);
  const stored = await store.consents.byId(id, call.caller.structure.id);
  if (stored) return { kind: 'local', stored };
  const known = await store.authorizations.byId(id);
  if (!known) throw notFound();
  return { kind: 'authorization', known };
}

function bodyOf({ body }: Call): Consent {
  const issues = validateBase(body, type);
  if (hasErrors(issues)) throw new IssueError(issues);
  return body as Consent;
}

/** What is read comes whole: `Prefer: return` is about what was changed (FHIR R4 http.html#return). */
const shown = (consent: Consent): Reply => ({ status: 200, resource: consent, headers: versionHeaders(consent.meta) });

function reply(consent: Consent, status: number, call: Call): Reply {
  const body = {
    minimal: undefined,
    representation: consent,
    OperationOutcome: toOutcome([{ key: 'recorded', severity: 'information' }], call.language, call.requestId),
  }[call.prefer.return];
  return { status, ...(body ? { resource: body } : {}), headers: versionHeaders(consent.meta) };
}

/** Where it is, also when it is the next version of one that there was: nobody else says it to who wants no body. */
function created(consent: Consent, status: 200 | 201, call: Call, { config }: Services): Reply {
  const { versionId } = consent.meta ?? {};
  const Location = `${config.fhirBase}/${type}/${consent.id ?? ''}${versionId ? `/_history/${versionId}` : ''}`;
  const answer = reply(consent, status, call);
  return { ...answer, headers: { ...answer.headers, Location } };
}
