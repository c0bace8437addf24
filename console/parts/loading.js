// @ts-check
/** What is loaded, or that it is being loaded, or why it is not there. */
import { html } from '../app/html.js';
import { t } from '../app/words.js';
import { Notice } from './notice.js';

/** @param {{ of: import('../app/load.js').Loaded<any>, show: (data: any) => unknown }} props */
export function Loading({ of, show }) {
  const { data, error, isLoading, reload } = of;
  if (error !== undefined)
    return html`<${Notice} error=${error}><button type="button" onClick=${reload}>${t('retry')}</button></${Notice}>`;
  return html`<div aria-busy=${isLoading ? 'true' : 'false'}>
    ${data === undefined ? html`<p class="quiet">${t('loading')}</p>` : show(data)}
  </div>`;
}
