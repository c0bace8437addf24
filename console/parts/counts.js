// @ts-check
/** How many deposits are in each state. */
import { html } from '../app/html.js';
import { said, t } from '../app/words.js';

/** @type {Readonly<Record<string, string>>} */
const looks = {
  delivered: 'good',
  refused: 'bad',
  exhausted: 'bad',
  rejected: 'bad',
  proposed: 'warn',
  waiting: 'warn',
};

/** @param {{ of: [state: string, count: number][], none: string }} props */
export const Counts = ({ of, none }) =>
  of.length === 0
    ? html`<p class="quiet">${none}</p>`
    : html`<ul class="badges">
        ${of.map(([state, count]) => html`<li key=${state} class=${looks[state]}>${t('feed.count', { state: said('feed-state', state), count })}</li>`)}
      </ul>`;
