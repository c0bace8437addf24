// @ts-check
/** Deposits of the feed in a table, in pages: why each stands where it does, and what a person does with it, after a question. */
import { useRef, useState } from 'preact/hooks';
import { authorsOf, creationOf, settingOf, titleOf, typeOf } from '../app/document.js';
import { act, actionsOf, deposits, longestReason, proposedIn, sentencesOf, triesOf } from '../app/feed.js';
import { fhir, linkOf, matchesOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { day, moment, said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Pager } from '../parts/pager.js';

/**
 * The deposits with a status. A search of Task links to the next page alone: the way back is remembered.
 * @param {string} status of Task; empty: all
 */
export function useDeposits(status) {
  const [at, setAt] = useState(/** @type {{ status: string, trail: string[] }} */ ({ status, trail: [] }));
  // Another status begins at its first page.
  const trail = at.status === status ? at.trail : [];
  const page = trail.at(-1);
  const loaded = useLoad(() => (page === undefined ? deposits(status) : fhir('GET', page)), [status, page]);
  return {
    loaded,
    hasBefore: page !== undefined,
    onBefore: () => setAt({ status, trail: trail.slice(0, -1) }),
    onAfter: (/** @type {string} */ next) => setAt({ status, trail: [...trail, next] }),
  };
}

/** @typedef {{ task: any, action: import('../app/feed.js').Action }} Asked */

/**
 * @param {{ id: string, title: string, none: string, of: ReturnType<typeof useDeposits>, onDone: () => Promise<unknown>, children?: unknown }} props
 *   `none` is said where there are none; `onDone` is called when something was done, and shows it
 */
export function Deposits({ id, title, none, of, onDone, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const [asked, ask] = useState(/** @type {Asked | undefined} */ (undefined));
  const close = () => {
    ask(undefined);
    // The button that was pressed went with what it did.
    if (document.activeElement === document.body) heading.current?.focus();
  };
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id} tabindex="-1" ref=${heading}>${title}</h2>
    ${children}
    <${Loading}
      of=${of.loaded}
      show=${(/** @type {any} */ bundle) => {
        const tasks = matchesOf(bundle);
        const next = linkOf(bundle, 'next');
        return html`${tasks.length === 0 ? html`<p class="quiet">${none}</p>` : html`<${Table} id=${id} tasks=${tasks} onAsk=${ask} />`}
          <${Pager}
            before=${of.hasBefore ? '' : undefined}
            after=${next}
            onGo=${(/** @type {string} */ to) => (to === '' ? of.onBefore() : of.onAfter(to))}
          />`;
      }}
    />
    ${asked && html`<${Question} ...${asked} onDone=${onDone} onClose=${close} />`}
  </section>`;
}

/** @param {{ id: string, tasks: any[], onAsk: (asked: Asked) => void }} props */
const Table = ({ id, tasks, onAsk }) =>
  html`<div class="scroll" tabindex="0" role="group" aria-labelledby=${id}>
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
        ${tasks.map((task) => html`<${Row} key=${task.id} task=${task} onAsk=${onAsk} />`)}
      </tbody>
    </table>
  </div>`;

/** @type {Readonly<Record<string, string>>} */
const looks = { completed: 'good', failed: 'bad', draft: 'warn', 'on-hold': 'warn' };

/** @param {{ task: any, onAsk: (asked: Asked) => void }} props */
function Row({ task, onAsk }) {
  const { attempts, next } = triesOf(task);
  return html`<tr>
    <td>${moment(task.authoredOn)}</td>
    <td>
      ${task.code.text} ${task.groupIdentifier && html`<span class="mark">${said('lane', 'takeover')}</span>`}
      ${task.status === 'draft' && html`<${Proposed} documents=${proposedIn(task)} />`}
    </td>
    <td>
      <span class=${`mark ${looks[task.status] ?? ''}`}>${task.businessStatus.text}</span>
      ${attempts > 0 && html`<p class="quiet">${t('feed.attempts', { count: attempts })}</p>`}
      ${next && html`<p class="quiet">${t('feed.next', { at: moment(next) })}</p>`}
    </td>
    <td>${sentencesOf(task).map((text) => html`<p>${text}</p>`)}</td>
    <td class="actions">
      ${actionsOf(task).map(
        (action) =>
          html`<button key=${action} type="button" onClick=${() => onAsk({ task, action })}>
            ${said('feed-action', action)}
          </button>`,
      )}
    </td>
  </tr>`;
}

/** Which documents a person decides on. @param {{ documents: any[] }} props */
const Proposed = ({ documents }) =>
  documents.length === 0
    ? html`<p class="quiet">${t('feed.proposed.hidden')}</p>`
    : documents.map(
        (document) =>
          html`<div class="proposed">
            <p><strong>${titleOf(document)}</strong></p>
            <p>${[typeOf(document), day(creationOf(document))].filter(Boolean).join(' – ')}</p>
            <p class="quiet">${[...authorsOf(document), settingOf(document)].filter(Boolean).join(' ; ')}</p>
          </div>`,
      );

/** @param {Asked & { onDone: () => Promise<unknown>, onClose: () => void }} props */
function Question({ task, action, onDone, onClose }) {
  const [reason, setReason] = useState('');
  const confirm = async () => {
    await act(task, action, reason.trim());
    announce(said('feed-done', action));
    await onDone();
  };
  const isEnd = action === 'cancel' || action === 'decline';
  return html`<${Dialog} title=${said('feed-action', action)} confirm=${t('confirm')} isDangerous=${isEnd} onConfirm=${confirm} onClose=${onClose}>
    <p>${said('feed-ask', action)}</p>
    ${proposedIn(task).map((document) => html`<p><strong>${titleOf(document)}</strong></p>`)}
    ${action === 'decline' && html`<${Field} label=${t('feed.reason')} name="reason" value=${reason} onInput=${setReason} required maxlength=${longestReason} />`}
  </${Dialog}>`;
}
