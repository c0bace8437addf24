// @ts-check
/** For who integrates: the last exchanges as FHIR and as the SOAP that they became, side by side, masked by the server. */
import { useState } from 'preact/hooks';
import { fhir } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { place } from '../app/place.js';
import { moment, t } from '../app/words.js';
import { Loading } from '../parts/loading.js';

export function ExchangesPage() {
  const loaded = useLoad(() => fhir('GET', `${place.root}/console/exchanges`, { accept: 'application/json' }), []);
  const [open, setOpen] = useState('');
  return html`<h1 tabindex="-1">${t('exchanges')}</h1>
    <p>${t('exchanges.text')}</p>
    <p><button type="button" onClick=${loaded.reload}>${t('again')}</button></p>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ { exchanges }) =>
        html` ${exchanges.length === 0 && html`<p>${t('exchanges.none')}</p>`}
          <ol class="exchanges">
            ${exchanges.map((/** @type {any} */ e) => {
              const key = `${e.requestId} ${e.at}`;
              return html`<li key=${key} class="card">
                <h2>
                  <button
                    type="button"
                    class="plain"
                    aria-expanded=${open === key ? 'true' : 'false'}
                    onClick=${() => setOpen(open === key ? '' : key)}
                  >
                    <span class="code">${e.method} ${e.address.replace(/^https?:\/\/[^/]*/, '')}</span>
                  </button>
                </h2>
                <p class="quiet">
                  ${moment(e.at)} ·
                  <span class=${e.status < 400 ? 'mark good' : 'mark bad'}>${e.status}</span>
                  ${e.dmp.map((/** @type {any} */ m) => html`<span class="mark">${m.transaction}</span> `)}
                </p>
                ${open === key && html`<${Sides} exchange=${e} />`}
              </li>`;
            })}
          </ol>`}
    />`;
}

/** @param {{ exchange: any }} props */
function Sides({ exchange }) {
  return html`<div class="sides">
    <section>
      <h3>FHIR</h3>
      <${Text} label=${t('exchanges.request')} text=${exchange.request} /><${Text}
        label=${t('exchanges.response')}
        text=${exchange.response}
      />
    </section>
    <section>
      <h3>SOAP</h3>
      ${exchange.dmp.length === 0 && html`<p>${t('exchanges.no-dmp')}</p>`}
      ${exchange.dmp.map(
        (/** @type {any} */ m) =>
          html`<${Text} label=${`${m.transaction} : ${t('exchanges.sent')}`} text=${m.sent} />
            <${Text} label=${`${m.transaction} : ${t('exchanges.received')}`} text=${m.received} />`,
      )}
    </section>
  </div>`;
}

/** @param {{ label: string, text?: string }} props */
const Text = ({ label, text }) =>
  html`<h4>${label}</h4>
    <pre tabindex="0" role="group" aria-label=${label}>${text ?? t('exchanges.empty')}</pre>`;
