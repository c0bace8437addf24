/**
 * TD0.2, existence of a DMP and status of the requester's authorisation (dmp-wire §6). A person without a DMP is NF; a
 * closed DMP is reported with its date and motive.
 */
import type { Exchange } from '../exchange.ts';
import { authorizationOf, type PatientRecord } from '../world.ts';
import { closureSystem } from './transport.ts';
import { identity, internetSystem, registration } from './patient-write.ts';
import { el, observation, personName, subject, telecoms, textEl } from './write.ts';

/** What the answer says of a person who has, or had, a DMP. */
export const existence = (exchange: Exchange, patient: PatientRecord): { attention: string; control: string } => ({
  attention: attentionLines(exchange, patient),
  control: subject(registration(registered(patient), patient.closure?.date)) + closureReason(patient),
});

function attentionLines({ vihf, world }: Exchange, patient: PatientRecord): string {
  const { statusExpired, statusForbidden, statusNone } = world.settings;
  const status = authorizationOf(world, patient, vihf);
  const code =
    status === undefined ? statusNone : { VALIDE: 'VALIDE', EXPIRE: statusExpired, INTERDIT: statusForbidden }[status];
  const line = (key: string, system: string, value: Record<string, string>) =>
    el('attentionLine', {}, el('keyWordText', { code: key, codeSystem: system }), el('value', value));
  return (
    line('AUTORISATION', '1.2.250.1.213.4.1.2.6.1', { 'xsi:type': 'CV', code, codeSystem: '1.2.250.1.213.4.1.2.6.2' }) +
    line('STATUT_MT', '1.2.250.1.213.4.1.2.6.3', {
      'xsi:type': 'BL',
      value: String(patient.treatingPhysician === vihf.nameId),
    })
  );
}

const registered = (patient: PatientRecord): string =>
  el(
    'patient',
    { classCode: 'PAT' },
    ...identity(patient),
    el(
      'patientPerson',
      { classCode: 'PSN', determinerCode: 'INSTANCE' },
      personName(patient.name),
      telecoms(patient.telecom),
      el('administrativeGenderCode', { code: patient.sex }),
      el('birthTime', { value: patient.birthDate }),
    ),
    observation('COMPTE_INTERNET_OUVERT', patient.internetAccount, internetSystem),
    observation('RATTACHEMENT_ENS', patient.mes),
  );

function closureReason({ closure }: PatientRecord): string {
  if (closure === undefined) return '';
  const issue = el(
    'detectedIssueEvent',
    { classCode: 'ALRT', moodCode: 'EVN' },
    el('code', { code: closure.code, codeSystem: closureSystem }),
    textEl('text', closure.text),
  );
  return el('reasonOf', { typeCode: 'RSON' }, issue);
}
