/** Which patient the app is launched for (`launch/patient`): by INS, or by an identifier that the structure has fed (ITI-104). */
import { formOfStep, showStep, words, type Step, type Wrong } from './step.ts';
import { field } from '../form.ts';
import { html } from '../pages/html.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { needsPatient } from '../scopes.ts';
import { insOf, patientFields, shortOf } from './patient-fields.ts';
import { chosen } from './situation.ts';
import type { Visit } from './visit.ts';

export const patient: Step = {
  name: 'patient',
  isDue: ({ purpose, scopes, steps }) => purpose !== 'bris_de_glace' && needsPatient(scopes) && !steps.patient,
  show(visit, wrong) {
    const fields = html`<p>${words(visit, 'patient-why', { app: visit.client.name })}</p>
      ${patientFields(visit, true)}`;
    showStep(visit, 'patient-title', formOfStep(visit, 'patient', fields, 'continue'), wrong);
  },
  async submit(visit, form) {
    const ins = insOf(visit, form) ?? (await localOf(visit, form));
    if ('key' in ins) return ins;
    const { id } = await visit.options.store.patients.byIns(ins);
    visit.steps.patient = { id, ins, label: shortOf(ins) };
    return undefined;
  },
};

/** The INS of a patient whom the structure knows by an identifier of its own. */
async function localOf(visit: Visit, form: URLSearchParams): Promise<PatientIns | Wrong> {
  const { store, config } = visit.options;
  const system = field(form, 'system');
  const structure = chosen(visit)?.structure.id;
  if (!config.LOCAL_ID_SYSTEMS.includes(system) || structure === undefined) return { key: 'patient-unknown' };
  const known = await store.identities.byLocal(structure, system, field(form, 'value'));
  if (!known?.active) return { key: 'patient-unknown' };
  return known.ins ?? { key: 'patient-without-ins' };
}
