/** TD1.6 listAuthorizationByPatient: who may come in, whom the patient has blocked (dmp-wire §7). */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { holderOf } from '../habilitations/directory.ts';
import { el, textEl } from '../patients/write.ts';
import { type Authorization, hasExpired, type PatientRecord, type World } from '../world.ts';
import { oid } from '../xds/vocabulary.ts';
import { type Field, readFields } from './reading.ts';
import { ok, openDmp, type Status } from './status.ts';
import { answerTo } from './write.ts';

const namespace = 'urn:si-dmp-habilitations';

export const listFields = [
  {
    name: 'mode',
    code: 'LIST_MODE',
    form: /^(ACTIVE|INTERDITE|TOUTE)$/,
    fr: 'mode doit valoir ACTIVE, INTERDITE ou TOUTE',
  },
] as const satisfies Field[];

/** An authorisation that has expired stands in neither list (assumed: the answer has no mode for it). */
const modeOf = (world: World, authorization: Authorization): 'ACTIVE' | 'INTERDITE' | undefined =>
  authorization.status === 'INTERDIT' ? 'INTERDITE' : hasExpired(world, authorization) ? undefined : 'ACTIVE';

function row(world: World, patient: PatientRecord, authorization: Authorization): string {
  const { holder: id, start, lastAction } = authorization;
  const holder = holderOf(world.directory, id);
  return el(
    'listOfAuthorizationByPatient',
    {},
    textEl('nationalId', id),
    textEl('nationalIdType', holder.kind === 'structure' ? oid.structures : oid.professionals),
    textEl('firstName', holder.given),
    textEl('lastName', holder.family),
    ...holder.specialities.map(({ code }) => textEl('codeSpeciality', code)),
    ...holder.specialities.map(({ label }) => textEl('libSpeciality', label)),
    textEl('startOfAuthorization', start),
    textEl('lastActionDate', lastAction),
    textEl('mode', modeOf(world, authorization)),
    textEl('specificRight', patient.treatingPhysician === id ? 'MEDECIN_TRAITANT' : undefined),
  );
}

function listAuthorizations(exchange: Exchange): [Status, rows?: string] {
  const { world } = exchange;
  const { mode = 'TOUTE' } = readFields(exchange.body, listFields);
  const found = openDmp(exchange);
  if ('status' in found) return [found];
  const rows = found.authorizations.filter((a) => {
    const its = modeOf(world, a);
    return its !== undefined && (mode === 'TOUTE' || mode === its);
  });
  return [ok(''), rows.map((a) => row(world, found, a)).join('')];
}

/** The dispatch row of TD1.6. */
export const authorizationListRow: HandlerRow = {
  service: 'habilitations',
  bodyName: `{${namespace}}listAuthorizationByPatient`,
  actions: [
    'urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatient',
    'urn:hl7-org:v3:listAuthorizationByPatient',
  ],
  responseAction: 'urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatientResponse',
  faultAction: 'urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatient:Fault:SoapFault',
  transaction: () => 'TD1.6',
  handler: (exchange) => answerTo(namespace, 'listAuthorizationByPatient', ...listAuthorizations(exchange)),
};
