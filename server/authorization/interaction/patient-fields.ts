/** The fields by which a professional names a patient: the INS, or an identifier of the structure's own. Never in a URL. */
import { checkIns, insAuthorities, insFromToken, insTypes } from '../../../mappings/ins.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { field } from '../form.ts';
import { html, type Html } from '../pages/html.ts';
import { words, type Wrong } from './step.ts';
import type { Visit } from './visit.ts';

const urn = (oid: string): string => `urn:oid:${oid}`;

/** @param locals whether an identifier of the structure's own will do */
export function patientFields(visit: Visit, locals: boolean): Html {
  const { config } = visit.options;
  const systems = [
    ...insAuthorities(config.ENVIRONMENT).map((oid) => ({ value: urn(oid), label: insTypes[oid] ?? oid })),
    ...(locals ? config.LOCAL_ID_SYSTEMS : []).map((system) => ({
      value: system,
      label: `${words(visit, 'patient-local')} (${system})`,
    })),
  ];
  const options = systems.map(({ value, label }) => html`<option value="${value}">${label}</option>`);
  return html`<label
      >${words(visit, 'patient-system')}<select name="system">
        ${options}
      </select></label
    >
    <label
      >${words(visit, 'patient-value')}<input type="text" name="value" required autocomplete="off" maxlength="64"
    /></label>`;
}

/** @returns the INS; undefined when the system is not one of an INS */
export function insOf(visit: Visit, form: URLSearchParams): PatientIns | Wrong | undefined {
  const ins = insFromToken(field(form, 'system'), field(form, 'value').replace(/\s+/g, ''));
  if (!ins) return undefined;
  // A wrong key is a warning under a test authority, as everywhere.
  const isWrong = checkIns(ins, visit.options.config.ENVIRONMENT).some((i) => (i.severity ?? 'error') === 'error');
  return isWrong ? { key: 'patient-ins-wrong' } : ins;
}

/** How the chosen patient is shown again: by the end of the INS. */
export const shortOf = ({ value }: PatientIns): string => `INS …${value.slice(-6)}`;
