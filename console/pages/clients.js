// @ts-check
/** Applications that may ask for tokens of one's structures. They are registered by the command line or the API (docs/registration.md). */
import { admin } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { moment, t } from '../app/words.js';
import { Loading } from '../parts/loading.js';

export function ClientsPage() {
  const loaded = useLoad(() => admin('clients'), []);
  return html`<h1 tabindex="-1">${t('clients')}</h1>
    <p>${t('clients.text')}</p>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ { clients }) =>
        clients.length === 0
          ? html`<p>${t('clients.none')}</p>`
          : clients.map(
              (/** @type {any} */ c) =>
                html`<section key=${c.id} class="card" aria-labelledby=${`c-${c.id}`}>
                  <h2 id=${`c-${c.id}`}>${c.name} <span class="quiet">${c.id}</span></h2>
                  <p>
                    <span class=${c.state === 'active' ? 'mark good' : 'mark bad'}
                      >${t(c.state === 'active' ? 'in-force' : 'withdrawn')}</span
                    >
                  </p>
                  <dl>
                    <dt>${t('client.method')}</dt>
                    <dd>${c.authMethod}</dd>
                    <dt>${t('client.grants')}</dt>
                    <dd>${c.grants.join(', ')}</dd>
                    <dt>${t('client.structures')}</dt>
                    <dd>${c.structures.join(', ')}</dd>
                    <dt>${t('client.redirects')}</dt>
                    <dd>${c.redirectUris.join(', ') || '–'}</dd>
                    <dt>${t('client.changed')}</dt>
                    <dd>${moment(c.updatedAt)}</dd>
                  </dl>
                  <details>
                    <summary>${t('client.scopes', { count: c.scopes.length })}</summary>
                    <p class="code">${c.scopes.join(' ')}</p>
                  </details>
                </section>`,
            )}
    />`;
}
