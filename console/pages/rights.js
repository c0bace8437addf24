// @ts-check
/** What the caller may do with the DMP of this resident, and why not (`$my-rights`). */
import { fhir } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { said, t } from '../app/words.js';
import { Loading } from '../parts/loading.js';

/** @param {any} holder @param {string} name @returns {any[]} */
const all = (holder, name) => (holder.parameter ?? holder.part ?? []).filter((/** @type {any} */ p) => p.name === name);
/** @param {any} right @param {string} name */
const text = (right, name) => all(right, name).map((p) => p.valueCodeableConcept?.text ?? p.valueString ?? p.valueCode);

/** @param {import('./resident.js').Panel} props */
export function RightsPanel({ id }) {
  const loaded = useLoad(() => fhir('GET', `$my-rights?patient=Patient/${encodeURIComponent(id)}`), [id]);
  return html`<h2>${t('rights')}</h2>
    <p>${t('rights.text')}</p>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ answer) =>
        html` <dl>
            <dt>${t('rights.dmp')}</dt>
            <dd>${said('dmp', all(answer, 'dmp')[0]?.valueCode)}</dd>
            <dt>${t('rights.authorization')}</dt>
            <dd>${said('authorization', all(answer, 'authorization')[0]?.valueCoding?.code)}</dd>
            <dt>${t('rights.purpose')}</dt>
            <dd>${said('purpose', all(answer, 'purpose')[0]?.valueCode)}</dd>
          </dl>
          <div class="scroll" tabindex="0" role="group" aria-label=${t('rights')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${t('rights.what')}</th>
                  <th scope="col">${t('rights.allowed')}</th>
                  <th scope="col">${t('rights.why')}</th>
                </tr>
              </thead>
              <tbody>
                ${all(answer, 'right').map((right) => {
                  const [allowed] = all(right, 'allowed');
                  const code = allowed?.valueCodeableConcept?.coding?.[0]?.code;
                  return html`<tr>
                    <th scope="row">
                      ${text(right, 'what')[0]} <span class="quiet">${text(right, 'transaction')[0]}</span>
                    </th>
                    <td>
                      <span
                        class=${code === 'no' || code === 'withdrawn' ? 'mark bad' : code === 'yes' ? 'mark good' : 'mark warn'}
                        >${allowed?.valueCodeableConcept?.text}</span
                      >
                    </td>
                    <td>${[...text(right, 'why'), ...text(right, 'note')].map((line) => html`<p>${line}</p>`)}</td>
                  </tr>`;
                })}
              </tbody>
            </table>
          </div>`}
    />`;
}
