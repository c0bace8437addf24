// @ts-check
/** The take-overs of the structure, how far each is, and what its administrator does with one, after a question where it cannot be undone. */
import { useRef, useState } from 'preact/hooks';
import { html } from '../app/html.js';
import { actionsOf, change, longestReference } from '../app/takeovers.js';
import { day, moment, said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { Counts } from '../parts/counts.js';
import { Dialog } from '../parts/dialog.js';
import { Download } from '../parts/download.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';

/** @typedef {import('../app/takeovers.js').Takeover} Takeover */
/** @typedef {{ takeover: Takeover, action: import('../app/takeovers.js').Action }} Asked */

/**
 * @param {{ loaded: import('../app/load.js').Loaded<Takeover[]>, onDone: () => Promise<unknown> }} props `onDone` is called when
 *   something was done, and shows it
 */
export function Takeovers({ loaded, onDone }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const [asked, ask] = useState(/** @type {Asked | undefined} */ (undefined));
  const close = () => {
    ask(undefined);
    // The button that was pressed went with what it did: the focus goes to its take-over, or to the list.
    if (document.activeElement !== document.body) return;
    (document.getElementById(headingOf(asked?.takeover.id)) ?? heading.current)?.focus();
  };
  return html`<section class="card" aria-labelledby="takeovers">
    <h2 id="takeovers" tabindex="-1" ref=${heading}>${t('takeovers')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {Takeover[]} */ all) =>
        all.length === 0
          ? html`<p class="quiet">${t('takeovers.none')}</p>`
          : all.map((one) => html`<${Shown} key=${one.id} takeover=${one} onAsk=${ask} />`)}
    />
    ${asked && html`<${Question} ...${asked} onDone=${onDone} onClose=${close} />`}
  </section>`;
}

/** @param {string | undefined} id */
const headingOf = (id) => `takeover-${id}`;

/** @param {{ takeover: Takeover, onAsk: (asked: Asked) => void }} props */
function Shown({ takeover, onAsk }) {
  const { id, name, state, documents, received, done, counts, until, notice, confirmation } = takeover;
  return html`<section class="takeover" aria-labelledby=${headingOf(id)}>
    <h3 id=${headingOf(id)} tabindex="-1">${name} <span class="mark">${said('takeover', state)}</span></h3>
    <progress max=${Math.max(documents, received, 1)} value=${done} aria-labelledby=${headingOf(id)}></progress>
    <p>${t('takeovers.progress', { done, received, documents })}</p>
    <${Counts} of=${counts} none=${t('feed.empty')} />
    ${until && html`<p>${t('takeovers.until', { at: moment(until) })}</p>`}
    ${confirmation && html`<p class="quiet">${t('takeovers.confirmed', { on: day(confirmation.on), reference: confirmation.reference })}</p>`}
    ${notice && html`<${Notice} notice=${notice} />`}
    ${
      actionsOf(takeover).length > 0 &&
      html`<div class="actions" role="group" aria-label=${t('takeovers.actions', { name })}>
        ${actionsOf(takeover).map(
          (action) =>
            html`<button
              key=${action}
              type="button"
              class=${action === 'cancel' ? 'danger' : undefined}
              onClick=${() => onAsk({ takeover, action })}
            >
              ${said('takeover-action', action)}
            </button>`,
        )}
      </div>`
    }
  </section>`;
}

/** What is to be sent to the CNAM, as text and for a mail program. @param {{ notice: import('../app/takeovers.js').Notice }} props */
const Notice = ({ notice: { to, subject, text, eml } }) =>
  html`<div class="notice" role="note">
    <p>${t('takeovers.notice')}</p>
    <details>
      <summary>${t('takeovers.notice.message')}</summary>
      <p>${t('takeovers.notice.to', { to: to.join(', ') })}</p>
      <pre tabindex="0" aria-label=${subject}>${text}</pre>
    </details>
    <p><${Download} text=${eml} type="message/rfc822" name="CNAM.eml" label=${t('takeovers.notice.save')} /></p>
  </div>`;

/** The day here, which the server's may be a few hours off: yyyy-mm-dd. */
const today = () => {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
};

/** @param {Asked & { onDone: () => Promise<unknown>, onClose: () => void }} props */
function Question({ takeover: { id, name }, action, onDone, onClose }) {
  const [on, setOn] = useState(today);
  const [reference, setReference] = useState('');
  const confirm = async () => {
    await change(id, action, { on, reference: reference.trim() });
    announce(said('takeover-done', action));
    await onDone();
  };
  return html`<${Dialog} title=${said('takeover-action', action)} confirm=${t('confirm')} isDangerous=${action === 'cancel'} onConfirm=${confirm} onClose=${onClose}>
    <p><strong>${name}</strong></p>
    <p>${said('takeover-ask', action)}</p>
    ${
      action === 'confirm' &&
      html`<${Field}
          label=${t('takeovers.on')}
          name="on"
          type="date"
          value=${on}
          onInput=${setOn}
          required
          max=${today()}
        />
        <${Field}
          label=${t('takeovers.reference')}
          name="reference"
          value=${reference}
          onInput=${setReference}
          hint=${t('takeovers.reference.hint')}
          required
          pattern=".*\\S.*"
          maxlength=${longestReference}
        />`
    }
  </${Dialog}>`;
}
