// @ts-check
/** One resident: who it is. */
import { fhir } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { t } from '../app/words.js';
import { Loading } from '../parts/loading.js';

/** @param {{ at: string[] }} props */
export function ResidentPage({ at: [id = ''] }) {
  const loaded = useLoad(() => fhir('GET', `Patient/${encodeURIComponent(id)}`), [id]);
  return html`<h1 tabindex="-1">${t('resident')}</h1>
    <${Loading} of=${loaded} show=${(/** @type {any} */ p) => p.name?.[0]?.family} />`;
}
