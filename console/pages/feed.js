// @ts-check
/** The queue of deposits of the structure: what waits for a person, how it stands, take-overs, every deposit and what to do about it. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import { standing } from '../app/feed.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { takeovers } from '../app/takeovers.js';
import { age, language, moment, said, t } from '../app/words.js';
import { Counts } from '../parts/counts.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Deposits, useDeposits } from './feed-deposits.js';
import { Takeovers } from './feed-takeovers.js';

const statuses = ['', 'draft', 'ready', 'in-progress', 'on-hold', 'failed', 'completed', 'cancelled', 'rejected'];

export function FeedPage() {
  const { hasTakeovers } = access.use();
  const [status, setStatus] = useState('');
  const figures = useLoad(standing, []);
  const proposals = useDeposits('draft');
  const all = useDeposits(status);
  const past = useLoad(() => (hasTakeovers ? takeovers() : Promise.resolve([])), [hasTakeovers]);
  const refresh = () => Promise.all([figures, proposals.loaded, past, all.loaded].map(({ reload }) => reload()));
  return html`<h1 tabindex="-1">${t('feed')}</h1>
    <p><button type="button" onClick=${refresh}>${t('again')}</button></p>
    <${Deposits} id="proposals" title=${t('feed.proposals')} none=${t('feed.proposals.none')} of=${proposals} onDone=${refresh} />
    <${Standing} loaded=${figures} />
    ${hasTakeovers && html`<${Takeovers} loaded=${past} onDone=${refresh} />`}
    <${Deposits} id="deposits" title=${t('feed.deposits')} none=${t('feed.deposits.none')} of=${all} onDone=${refresh}>
      <${Field}
        label=${t('document.status')}
        name="status"
        value=${status}
        onInput=${setStatus}
        options=${statuses.map((value) => ({ value, label: value === '' ? t('all') : said('task', value) }))}
      />
    </${Deposits}>`;
}

/** @param {{ loaded: import('../app/load.js').Loaded<import('../app/feed.js').Standing> }} props */
function Standing({ loaded }) {
  return html`<section class="card" aria-labelledby="standing">
    <h2 id="standing">${t('feed.standing')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {import('../app/feed.js').Standing} */ { at, lanes, delivered, unannounced, failed }) =>
        html` <p>${t('feed.delivered', { hour: delivered.hour, day: delivered.day })}</p>
          <div class="lanes">${lanes.map((lane) => html`<${Lane} key=${lane.lane} ...${lane} />`)}</div>
          <h3>${t('feed.unannounced')}</h3>
          <p>
            ${unannounced.oldest ? t('feed.unannounced.some', { count: unannounced.count, at: moment(unannounced.oldest) }) : t('feed.unannounced.none')}
          </p>
          ${failed.length > 0 && html`<${Failures} failed=${failed} />`}
          <p class="quiet">${t('feed.at', { at: moment(at) })}</p>`}
    />
  </section>`;
}

/** @param {import('../app/feed.js').Lane} props */
function Lane({ lane, counts, oldest, oldestSeconds = 0, pause }) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return html`<section aria-labelledby=${`lane-${lane}`}>
    <h3 id=${`lane-${lane}`}>${said('lane', lane)}</h3>
    <${Counts} of=${some} none=${t('feed.empty')} />
    ${oldest && html`<p>${t('feed.oldest', { age: age(oldestSeconds), at: moment(oldest) })}</p>`}
    ${pause && html`<p class="notice">${pause[language.get()]} ${t('feed.until', { at: moment(pause.until) })}</p>`}
  </section>`;
}

/** @param {Pick<import('../app/feed.js').Standing, 'failed'>} props */
const Failures = ({ failed }) =>
  html`<h3>${t('feed.failed')}</h3>
    <ul>
      ${failed.map(
        (one) =>
          html`<li key=${`${one.reason} ${one.state}`}>
            <strong>${one.count}</strong> ${said('feed-state', one.state)} : ${one[language.get()]}
            <span class="quiet"> ${t('feed.last', { at: moment(one.last) })}</span>
          </li>`,
      )}
    </ul>`;
