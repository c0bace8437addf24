// @ts-check
/** Certificates of the structures that one administers, and when they end. */
import { admin } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { day, said, t } from '../app/words.js';
import { Loading } from '../parts/loading.js';

/** How a standing is shown. @type {Record<string, string>} */
const marks = { valid: 'good', expiring: 'warn', urgent: 'bad', expired: 'bad', missing: 'bad' };

export function CertificatesPage() {
  const watched = useLoad(() => admin('certificates'), []);
  const structures = useLoad(() => admin('structures'), []);
  return html`<h1 tabindex="-1">${t('certificates')}</h1>
    <section class="card" aria-labelledby="ends">
      <h2 id="ends">${t('certificates.ends')}</h2>
      <${Loading}
        of=${watched}
        show=${(/** @type {any} */ { certificates }) =>
          html`<div class="scroll" tabindex="0" role="group" aria-labelledby="ends">
            <table>
              <thead>
                <tr>
                  <th scope="col">${t('structure')}</th>
                  <th scope="col">${t('certificate.kind')}</th>
                  <th scope="col">${t('certificate.standing')}</th>
                  <th scope="col">${t('certificate.until')}</th>
                </tr>
              </thead>
              <tbody>
                ${certificates.map(
                  (/** @type {any} */ { structure, kind, standing, until, days }) =>
                    html`<tr>
                      <th scope="row">${structure ?? t('certificate.own')}</th>
                      <td>${said('certificate', kind)}</td>
                      <td><span class=${`mark ${marks[standing] ?? ''}`}>${said('standing', standing)}</span></td>
                      <td>${until ? t('certificate.days', { date: day(until), days: days ?? 0 }) : ''}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`}
      />
    </section>
    <${Loading}
      of=${structures}
      show=${(/** @type {any} */ { structures: all }) => all.map((/** @type {any} */ structure) => html`<${Structure} key=${structure.id} structure=${structure} />`)}
    />`;
}

/** @param {{ structure: any }} props */
function Structure({ structure: { id, name, certificates, inForce } }) {
  return html`<section class="card" aria-labelledby=${`s-${id}`}>
    <h2 id=${`s-${id}`}>${name} <span class="quiet">${id}</span></h2>
    <p><span class=${inForce ? 'mark good' : 'mark bad'}>${t(inForce ? 'in-force' : 'withdrawn')}</span></p>
    ${certificates.map(
      (/** @type {any} */ c) =>
        html`<details key=${c.fingerprint}>
          <summary>
            ${said('certificate', c.kind)} · ${t('certificate.period', { from: day(c.notBefore), to: day(c.notAfter) })}
            ${c.inForce ? '' : html`<span class="mark">${t('withdrawn')}</span>`}
          </summary>
          <dl>
            <dt>${t('certificate.subject')}</dt>
            <dd>${c.subject}</dd>
            <dt>${t('certificate.issuer')}</dt>
            <dd>${c.issuer}</dd>
            <dt>SHA-256</dt>
            <dd class="code">${c.fingerprint}</dd>
          </dl>
        </details>`,
    )}
  </section>`;
}
