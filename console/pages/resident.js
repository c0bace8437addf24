// @ts-check
/** One resident: who it is and how it stands with the DMP, and what there is to do. */
import { fhir } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { href } from '../app/route.js';
import { access } from '../app/access.js';
import { day, said, t } from '../app/words.js';
import { Loading } from '../parts/loading.js';
import { ConsentPanel } from './consent.js';
import { DepositPanel } from './deposit.js';
import { DocumentPanel } from './document.js';
import { DocumentsPanel } from './documents.js';
import { RightsPanel } from './rights.js';

/**
 * @typedef {{ patient: any, id: string, rest: string[] }} Panel
 * @type {Record<string, { view: (props: Panel) => unknown, title?: import('../app/words.js').Word }>} in the order of the tabs
 */
const panels = {
  documents: { view: DocumentsPanel, title: 'documents' },
  deposit: { view: DepositPanel, title: 'deposit' },
  consent: { view: ConsentPanel, title: 'consent' },
  rights: { view: RightsPanel, title: 'rights' },
  document: { view: DocumentPanel },
};

/** @param {{ at: string[] }} props */
export function ResidentPage({ at: [id = '', name = 'documents', ...rest] }) {
  const loaded = useLoad(() => fhir('GET', `Patient/${encodeURIComponent(id)}`), [id]);
  const { isEmergency } = access.use();
  const panel = panels[name] ?? panels['documents'];
  const tabs = Object.entries(panels).filter(([tab, { title }]) => title && !(isEmergency && tab === 'deposit'));
  return html`<${Loading}
    of=${loaded}
    show=${(/** @type {any} */ patient) =>
      html` <${Identity} patient=${patient} />
        <nav class="tabs" aria-label=${t('resident.tabs')}>
          <ul>
            ${tabs.map(
              ([tab, { title }]) =>
                html`<li key=${tab}>
                  <a href=${href('resident', id, tab)} aria-current=${tab === name ? 'page' : undefined}
                    >${t(/** @type {any} */ (title))}</a
                  >
                </li>`,
            )}
          </ul>
        </nav>
        <${panel?.view} patient=${patient} id=${id} rest=${rest} />`}
  />`;
}

const ours = 'https://dmp-fhir.example/StructureDefinition';
const ans = 'https://interop.esante.gouv.fr/ig/fhir/dmp/StructureDefinition';

/** @param {any} patient @param {string} url */
const extension = (patient, url) => patient.extension?.find((/** @type {any} */ e) => e.url === url);

/** @param {{ patient: any }} props */
function Identity({ patient }) {
  const name = patient.name?.find((/** @type {any} */ n) => n.use === 'official') ?? patient.name?.[0];
  const usual = patient.name?.find((/** @type {any} */ n) => n.use === 'usual');
  const status = extension(patient, `${ours}/dmp-autorisation`)?.valueCoding?.code;
  const isDoctor = extension(patient, `${ans}/dmp-medecin-traitant`)?.valueBoolean === true;
  const isFromDmp = patient.meta?.tag?.some((/** @type {any} */ tag) => tag.code === 'dmp');
  return html`<section class="identity card">
    <div>
      <h1 tabindex="-1">${name ? `${name.family ?? ''} ${(name.given ?? []).join(' ')}` : t('resident.unnamed')}</h1>
      <p>
        ${usual && usual.family !== name?.family ? html`<span>${t('resident.usual', { name: usual.family })} · </span>` : ''}
        ${patient.birthDate && html`<span>${t('resident.born', { date: day(patient.birthDate) })}</span>`}
        ${patient.gender && html`<span> · ${said('gender', patient.gender)}</span>`}
      </p>
      ${isFromDmp && html`<p class="quiet">${t('resident.traits')}</p>`}
    </div>
    <ul class="badges" aria-label=${t('resident.standing')}>
      <li class=${patient.active === false ? 'bad' : 'good'}>
        ${t(patient.active === false ? 'dmp.closed' : 'dmp.active')}
      </li>
      ${status && html`<li class=${status === 'VALIDE' ? 'good' : 'warn'}>${said('authorization', status)}</li>`}
      ${isDoctor && html`<li class="good">${t('dmp.doctor')}</li>`}
    </ul>
  </section>`;
}
