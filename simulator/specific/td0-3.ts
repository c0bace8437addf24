/**
 * TD0.3 setAuthorization: the requester is authorised by the patient or gives that up, becomes the médecin traitant or
 * stops being it (dmp-wire §7). An employee who is no professional declares the authorisation of the structure (FI-526
 * note 1).
 */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { declare, remove } from '../habilitations/life.ts';
import { requireRight, type Right, rightFor } from '../rights.ts';
import { invalidData } from '../vihf/rules.ts';
import { authorizationOf, type PatientRecord } from '../world.ts';
import { type Field, readFields } from './reading.ts';
import { blocked, ok, openDmp, type Status } from './status.ts';
import { answerTo } from './write.ts';

const namespace = 'urn:si-dmp-habilitations';

export const authorizationFields = [
  {
    name: 'action',
    code: 'AUTHORIZATION_ACTION',
    form: /^(AJOUT|SUPPRESSION)$/,
    fr: 'action doit valoir AJOUT ou SUPPRESSION',
  },
  {
    name: 'role',
    code: 'AUTHORIZATION_ROLE',
    form: /^MEDECIN_TRAITANT$/,
    fr: 'role ne peut valoir que MEDECIN_TRAITANT',
  },
] as const satisfies Field[];

interface Change {
  right: Right;
  apply: (exchange: Exchange, patient: PatientRecord, holder: string) => Status;
}

const unchanged = ok('Autorisation déjà présente aucune action effectuée');

/** By action and role: the right it needs, and what it does. */
const changes: Record<string, Change> = {
  AJOUT: {
    right: 'TD0.3 declare',
    apply: ({ world }, patient, holder) =>
      declare(world, patient, holder) ? ok('Autorisation enregistrée') : unchanged,
  },
  'AJOUT MEDECIN_TRAITANT': {
    right: 'TD0.3 become MT',
    apply: ({ world }, patient, holder) => {
      const authorised = declare(world, patient, holder);
      if (patient.treatingPhysician === holder) return authorised ? ok() : unchanged;
      patient.treatingPhysician = holder;
      return ok();
    },
  },
  SUPPRESSION: {
    right: 'TD0.3 remove',
    apply: (_, patient, holder) =>
      ok(remove(patient, holder) ? 'Autorisation supprimée' : 'Autorisation absente aucune action effectuée'),
  },
  'SUPPRESSION MEDECIN_TRAITANT': {
    right: 'TD0.3 remove MT',
    apply: (_, patient) => {
      delete patient.treatingPhysician;
      return ok('Le rôle de médecin traitant DMP est retiré');
    },
  },
};

/** @throws SoapFault when the request is malformed, names no patient, or asks what the requester's profile may not */
function setAuthorization(exchange: Exchange): Status {
  const { world, vihf } = exchange;
  const { action, role } = readFields(exchange.body, authorizationFields);
  const change = changes[[action ?? '', role ?? []].flat().join(' ')];
  if (change === undefined) throw invalidData('AUTHORIZATION_ACTION', 'action est absent', 'action');
  const found = openDmp(exchange);
  requireRight(exchange, change.right);
  if ('status' in found) return found;
  if (authorizationOf(world, found, vihf) === 'INTERDIT') return blocked;
  const holder = rightFor(exchange, change.right) === 'str' ? vihf.structure : vihf.nameId;
  return change.apply(exchange, found, holder);
}

/** The dispatch row of TD0.3. */
export const authorizationRow: HandlerRow = {
  service: 'habilitations',
  bodyName: `{${namespace}}setAuthorization`,
  actions: ['urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization', 'urn:hl7-org:v3:setAuthorization'],
  responseAction: 'urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorizationResponse',
  faultAction: 'urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization:Fault:SoapFault',
  transaction: () => 'TD0.3',
  handler: (exchange) => answerTo(namespace, 'setAuthorization', setAuthorization(exchange)),
};
