// @ts-check
/** The queue of deposits of the structure: what waits, what went, what failed and what to do about it, take-overs. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import { act, actionsOf, deposits, standing, takeovers } from '../app/feed.js';
import { fhir, linkOf, matchesOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { language, moment, said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Pager } from '../parts/pager.js';

export function FeedPage() {
  const { hasTakeovers } = access.use();
  return html`<h1 tabindex="-1">${t('feed')}</h1>
    <${Standing} />${hasTakeovers && html`<${Takeovers} />`}<${Deposits} />`;
}

function Standing() {
  const loaded = useLoad(standing, []);
  return html`<section class="card" aria-labelledby="standing">
    <h2 id="standing">${t('feed.standing')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {import('../app/feed.js').Standing} */ { lanes, delivered, failed }) =>
        html` <p>${t('feed.delivered', { hour: delivered.hour, day: delivered.day })}</p>
          ${lanes.map(
            ({ lane, counts, oldest, pause }) =>
              html`<h3>${said('lane', lane)}</h3>
                <ul class="badges">
                  ${Object.entries(counts)
                    .filter(([, count]) => count > 0)
                    .map(([state, count]) => html`<li>${said('feed-state', state)} : ${count}</li>`)}
                </ul>
                ${oldest && html`<p>${t('feed.oldest', { at: moment(oldest) })}</p>`}
                ${pause && html`<p class="notice">${pause[language.get()]} ${t('feed.until', { at: moment(pause.until) })}</p>`}`,
          )}
          ${
            failed.length > 0 &&
            html`<h3>${t('feed.failed')}</h3>
              <ul>
                ${failed.map(
                  (reason) =>
                    html`<li>
                      <strong>${reason.count}</strong> ${reason[language.get()]}
                      <span class="quiet">${moment(reason.last)}</span>
                    </li>`,
                )}
              </ul>`
          }`}
    />
  </section>`;
}

function Takeovers() {
  const loaded = useLoad(takeovers, []);
  return html`<section class="card" aria-labelledby="takeovers">
    <h2 id="takeovers">${t('takeovers')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {import('../app/feed.js').Takeover[]} */ all) =>
        all.length === 0
          ? html`<p>${t('takeovers.none')}</p>`
          : all.map(({ id, name, state, documents, received, pending }) => {
              const done = received - pending;
              return html`<p key=${id}>
                <strong>${name}</strong> <span class="mark">${said('takeover', state)}</span>
                <progress max=${Math.max(documents, received, 1)} value=${done} aria-label=${name}></progress>
                ${t('takeovers.progress', { done, documents })}
              </p>`;
            })}
    />
  </section>`;
}

const statuses = ['', 'draft', 'ready', 'in-progress', 'on-hold', 'failed', 'completed', 'cancelled', 'rejected'];

function Deposits() {
  const [status, setStatus] = useState('');
  const [page, setPage] = useState(/** @type {string | undefined} */ (undefined));
  const [asked, ask] = useState(/** @type {{ task: any, action: string } | undefined} */ (undefined));
  const [reason, setReason] = useState('');
  const loaded = useLoad(() => (page === undefined ? deposits(status) : fhir('GET', page)), [status, page]);
  const choose = (/** @type {string} */ next) => {
    setPage(undefined);
    setStatus(next);
  };
  const confirm = async () => {
    if (!asked) return;
    await act(asked.task, asked.action, reason);
    announce(t('feed.done'));
    await loaded.reload();
  };
  return html`<section class="card" aria-labelledby="deposits">
    <h2 id="deposits">${t('feed.deposits')}</h2>
    <${Field}
      label=${t('document.status')}
      name="status"
      value=${status}
      onInput=${choose}
      options=${statuses.map((value) => ({ value, label: value === '' ? t('all') : said('task', value) }))}
    />
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ bundle) =>
        html` <div class="scroll" tabindex="0" role="group" aria-labelledby="deposits">
            <table>
              <thead>
                <tr>
                  <th scope="col">${t('audit.at')}</th>
                  <th scope="col">${t('audit.kind')}</th>
                  <th scope="col">${t('document.status')}</th>
                  <th scope="col">${t('feed.why')}</th>
                  <th scope="col"><span class="visually-hidden">${t('actions')}</span></th>
                </tr>
              </thead>
              <tbody>
                ${matchesOf(bundle).map(
                  (task) =>
                    html`<tr key=${task.id}>
                      <td>${moment(task.authoredOn)}</td>
                      <td>${task.code?.text}</td>
                      <td>${task.businessStatus?.text}</td>
                      <td>${task.statusReason?.text}</td>
                      <td class="actions">
                        ${actionsOf(task).map((action) => html`<button type="button" onClick=${() => ask({ task, action })}>${said('feed-action', action)}</button>`)}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>
          <${Pager} before=${linkOf(bundle, 'previous')} after=${linkOf(bundle, 'next')} onGo=${setPage} />`}
    />
    ${
      asked &&
      html`<${Dialog} title=${said('feed-action', asked.action)} confirm=${t('confirm')} onConfirm=${confirm} onClose=${() => ask(undefined)}>
      <p>${said('feed-ask', asked.action)}</p>
      ${asked.action === 'decline' && html`<${Field} label=${t('feed.reason')} name="reason" value=${reason} onInput=${setReason} required maxlength="400" />`}
    </${Dialog}>`
    }
  </section>`;
}
