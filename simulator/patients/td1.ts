/**
 * TD1.1, TD1.2, TD1.3b and TD1.4: PRPA_IN201311UV02 and PRPA_IN201314UV02, and their answers inside the DMP's own wrapper
 * (dmp-wire §1.2). Done: the registration; not done: the request comes back as aborted, with the DMP's code.
 */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { requirePatient } from '../patient.ts';
import { invalidData } from '../vihf/rules.ts';
import { findPatient, type PatientRecord } from '../world.ts';
import { toDtm } from '../xds/composites.ts';
import { administrativeOf, administrativeRows } from './administrative.ts';
import { type Decision, decide } from './administrative-decide.ts';
import {
  type AdministrativeRequest,
  type Author,
  type Organization,
  readAdministrative,
} from './administrative-read.ts';
import { professionalRoot, structureRoot } from './forms.ts';
import { registration } from './patient-write.ts';
import { reasonSystem } from './transport.ts';
import { acknowledgement, controlAct, el, message, personName, subject, textEl } from './write.ts';

/** What the message says of its author against the VIHF, and of the day of the consent against the clock. */
export const contextRules: Record<
  string,
  { ok: (exchange: Exchange, request: AdministrativeRequest) => boolean; fr: string }
> = {
  AUTHOR_VIHF: {
    ok: ({ vihf }, { author }) => author.id === vihf.nameId,
    fr: 'L’auteur de la demande n’est pas le professionnel du VIHF',
  },
  AUTHOR_STRUCTURE: {
    ok: ({ vihf }, { author }) => author.organization.id === vihf.structure,
    fr: 'La structure de l’auteur n’est pas celle du VIHF',
  },
  PROVIDER_VIHF: {
    ok: ({ vihf }, { provider }) => provider === undefined || provider.id === vihf.structure,
    fr: 'La structure qui crée le DMP n’est pas celle du VIHF',
  },
  CONSENT_DATE: {
    // the day is local: it may have begun 14 hours before it does in UTC
    ok: ({ now }, { consentDate = '' }) => consentDate <= toDtm(new Date(now.getTime() + 14 * 3_600_000)).slice(0, 8),
    fr: 'Le consentement du patient est daté du futur',
  },
};

function checkContext(exchange: Exchange, request: AdministrativeRequest): void {
  requirePatient(exchange, request.patient);
  for (const [code, { ok, fr }] of Object.entries(contextRules))
    if (!ok(exchange, request)) throw invalidData(code, fr);
}

const organization = (name: string, { id, name: label }: Organization): string =>
  el(
    name,
    { classCode: 'ORG', determinerCode: 'INSTANCE' },
    el('id', { root: structureRoot, extension: id }),
    textEl('name', label),
    el('contactParty', { classCode: 'CON' }),
  );

const author = ({ id, role, name, organization: structure }: Author): string =>
  el(
    'author',
    { typeCode: 'AUT' },
    el(
      'assignedEntity',
      { classCode: 'ASSIGNED' },
      el('id', { root: professionalRoot, extension: id }),
      el('code', { ...role }),
      el('assignedPerson', { classCode: 'PSN', determinerCode: 'INSTANCE' }, personName(name, false)),
      organization('representedOrganization', structure),
    ),
  );

const patient = ({ patient: key, person }: AdministrativeRequest, status: string, ...more: string[]): string =>
  el(
    'patient',
    { classCode: 'PAT' },
    el('id', { root: key.oid, extension: key.value }),
    el('statusCode', { code: status }),
    el('patientPerson', { classCode: 'PSN', determinerCode: 'INSTANCE' }, personName(person.name)),
    ...more,
  );

/** The request again: nothing that the DMP alone knows. */
function aborted(request: AdministrativeRequest, known: PatientRecord | undefined): string {
  const current = known?.dmp === 'active' || known?.dmp === 'terminated' ? known.dmp : undefined;
  const provider = request.provider === undefined ? '' : organization('providerOrganization', request.provider);
  const back = patient(request, current ?? administrativeRows[request.transaction].status, provider);
  return el(
    'registrationRequest',
    { classCode: 'REG', moodCode: 'RQO' },
    el('statusCode', { code: 'aborted' }),
    el('subject1', { typeCode: 'SBJ' }, back),
    author(request.author),
  );
}

function answer({ world, now }: Exchange, request: AdministrativeRequest, decision: Decision): string {
  const row = administrativeRows[request.transaction];
  const refusal = 'refusal' in decision ? decision.refusal : undefined;
  const content =
    'patient' in decision
      ? registration(patient(request, decision.patient.dmp))
      : aborted(request, findPatient(world, request.patient));
  const reason = el('reasonCode', { code: row.reason, codeSystem: reasonSystem, displayName: row.displayName });
  const inner = message(
    row.answers[refusal === undefined ? 0 : 1],
    now,
    request.sender,
    acknowledgement(request.id, refusal),
    controlAct(reason, subject(content)),
  );
  return el(`gdp:${row.message}_Response`, { 'xmlns:gdp': 'asip:ci-sis:gdp:2010' }, inner);
}

const rowOf = (interaction: 'PRPA_IN201311' | 'PRPA_IN201314'): HandlerRow => ({
  service: 'patients',
  bodyName: `{urn:hl7-org:v3}${interaction}UV02`,
  actions: [`urn:hl7-org:v3:${interaction}UV02`],
  responseAction: `urn:hl7-org:v3:${interaction}ResponseUV02`,
  faultAction: 'http://www.w3.org/2005/08/addressing/soap/fault',
  transaction: ({ body }) => administrativeOf(body),
  handler(exchange) {
    const request = readAdministrative(exchange.body);
    checkContext(exchange, request);
    return { body: answer(exchange, request, decide(exchange, request)) };
  },
});

/** The dispatch rows of TD1.1, and of TD1.2, TD1.3b and TD1.4. */
export const administrativeHandlers: HandlerRow[] = [rowOf('PRPA_IN201311'), rowOf('PRPA_IN201314')];
