/**
 * Consent: create, read, vread, update, delete, history. Two kinds share the type: what the structure records (versioned), and the
 * authorisations that stand in the DMP (TD0.3), told apart by their category. ITI-108 (IHE PCF) as far as its Basic consent goes.
 */
import type { Consent } from '@medplum/fhirtypes';
import { isAuthorization } from '../../../mappings/consent/authorization.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { StoredAuthorization, StoredConsent } from '../../store/types.ts';
import { resolveSubject } from '../deposit/subject.ts';
import { idOf, type Call, type Handler, type Reply } from '../interaction.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import { hasErrors, validateBase } from '../validation/index.ts';
import { changeAuthorization, readAuthorization } from './authorizations.ts';
import { historyOf, recordStatement, shownAs, statementOf, withdraw } from './local.ts';

const type = 'Consent';
const notFound = (): IssueError => new IssueError({ key: 'not-found', values: { type } });

export const createConsent: Handler = async (call, services) => {
  const consent = bodyOf(call);
  const { ins } = await resolveSubject(consent.patient, `${type}.patient`, {}, services);
  if (isAuthorization(consent)) {
    const made = await changeAuthorization(consent, ins, false, call, services);
    return made ? reply(made, 201, call, services) : { status: 204 };
  }
  const statement = statementOf(consent, call, services);
  const { id } = await services.store.patients.byIns(ins);
  const { consent: kept, isNew } = await recordStatement(id, statement, undefined, call, services);
  return reply(kept, isNew ? 201 : 200, call, services);
};

export const readConsent: Handler = async (call, services) => {
  const found = await find(call, services);
  if (found.kind === 'local') return reply(shownAs(found.stored, call), 200, call, services);
  const consent = await readAuthorization(found.known, call, services);
  if (!consent) throw notFound();
  return { status: 200, resource: consent };
};

export const vreadConsent: Handler = async (call, services) => {
  const version = /^[1-9]\d{0,8}$/.test(call.version ?? '') ? Number(call.version) : NaN;
  const stored = Number.isNaN(version)
    ? undefined
    : await services.store.consents.byId(idOf(call), call.caller.structure.id, version);
  if (!stored) throw notFound();
  return reply(shownAs(stored, call), 200, call, services);
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
  const { ins: given } = await resolveSubject(consent.patient, `${type}.patient`, {}, services);
  const fixed = (element: string): IssueError =>
    new IssueError({ key: 'consent-topic-fixed', expression: `${type}.${element}` });
  if (given.value !== ins.value || given.oid !== ins.oid) throw fixed('patient');
  if (isAuthorization(consent) !== (found.kind === 'authorization')) throw fixed('category');
  if (found.kind === 'authorization') {
    if (found.known.holder !== call.caller.personId)
      throw new IssueError({ key: 'consent-actor', expression: `${type}.provision.actor[0].reference` });
    const changed = await changeAuthorization(consent, ins, true, call, services);
    return changed ? reply(changed, 200, call, services) : { status: 204 };
  }
  const statement = statementOf(consent, call, services);
  if (statement.topic !== found.stored.topic) throw fixed('category');
  const kept = await recordStatement(patientId, statement, expectedVersion(call), call, services);
  return reply(kept.consent, 200, call, services);
};

/** Withdraws a consent, or ends the caller's authorisation: what was recorded stays in the history. */
export const deleteConsent: Handler = async (call, services) => {
  const found = await find(call, services);
  if (found.kind === 'local') {
    if (found.stored.status === 'active') await withdraw(found.stored, call, services);
    return { status: 204 };
  }
  const { known } = found;
  if (known.holder !== call.caller.personId) throw new IssueError({ key: 'consent-actor' });
  const ended = { status: 'inactive', provision: { type: 'permit' } } as Consent;
  await changeAuthorization(ended, known.ins, true, call, services);
  return { status: 204 };
};

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

/** The version that If-Match names. @throws IssueError version-conflict when it names none of ours */
function expectedVersion({ ifMatch }: Call): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"([1-9]\d{0,8})"$/.exec(ifMatch.trim())?.[1];
  if (version !== undefined) return Number(version);
  const given = ifMatch.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
  throw new IssueError({ key: 'version-conflict', values: { given, current: 'W/"…"' } });
}

function reply(consent: Consent, status: number, call: Call, { config }: Services): Reply {
  const { versionId, lastUpdated } = consent.meta ?? {};
  const body = {
    minimal: undefined,
    representation: consent,
    OperationOutcome: toOutcome([{ key: 'recorded', severity: 'information' }], call.language, call.requestId),
  }[call.prefer.return];
  return {
    status,
    ...(body ? { resource: body } : {}),
    headers: {
      ...(status === 201
        ? {
            Location: `${config.fhirBase}/${type}/${consent.id ?? ''}${versionId ? `/_history/${versionId}` : ''}`,
          }
        : {}),
      ...(versionId ? { ETag: `W/"${versionId}"` } : {}),
      ...(lastUpdated ? { 'Last-Modified': new Date(lastUpdated).toUTCString() } : {}),
    },
  };
}
