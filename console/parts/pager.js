// @ts-check
/** To the pages before and after. */
import { html } from '../app/html.js';
import { t } from '../app/words.js';

/** @param {{ before?: string, after?: string, onGo: (url: string) => void }} props */
export function Pager({ before, after, onGo }) {
  if (before === undefined && after === undefined) return null;
  return html`<nav class="pager" aria-label=${t('pages')}>
    <button type="button" disabled=${before === undefined} onClick=${() => before !== undefined && onGo(before)}>
      ${t('page.before')}
    </button>
    <button type="button" disabled=${after === undefined} onClick=${() => after !== undefined && onGo(after)}>
      ${t('page.after')}
    </button>
  </nav>`;
}
