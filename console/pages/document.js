// @ts-check
/** One document: what it says of itself, itself, and what may be done with it. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import {
  authorsOf,
  creationOf,
  deletion,
  isArchived,
  labelsOf,
  titleOf,
  toggleArchived,
  toggleLabel,
  typeOf,
  visibilities,
} from '../app/document.js';
import { fhir } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { go, href } from '../app/route.js';
import { moment, said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
import { Loading } from '../parts/loading.js';
import { Reader } from '../parts/reader.js';
import { Badges } from './documents.js';

/** @param {import('./resident.js').Panel} props */
export function DocumentPanel({ id, rest: [documentId = ''] }) {
  const loaded = useLoad(() => fhir('GET', `DocumentReference/${encodeURIComponent(documentId)}`), [documentId]);
  return html`<${Loading}
    of=${loaded}
    show=${(/** @type {any} */ document) => html` <${Shown} id=${id} document=${document} onChange=${loaded.reload} />`}
  />`;
}

/** @param {{ id: string, document: any, onChange: () => Promise<void> }} props */
function Shown({ id, document, onChange }) {
  const { isEmergency } = access.use();
  const url = document.content?.[0]?.attachment?.url;
  const title = titleOf(document);
  return html`<article>
    <h2>${title}</h2>
    <${Badges} document=${document} />
    <dl>
      <dt>${t('document.type')}</dt>
      <dd>${typeOf(document)}</dd>
      <dt>${t('document.date')}</dt>
      <dd>${moment(creationOf(document))}</dd>
      <dt>${t('document.authors')}</dt>
      <dd>${authorsOf(document).join(' ; ')}</dd>
      ${
        document.description &&
        html`<dt>${t('document.comment')}</dt>
          <dd>${document.description}</dd>`
      }
    </dl>
    ${!isEmergency && document.status !== 'entered-in-error' && html`<${Actions} id=${id} document=${document} onChange=${onChange} />`}
    ${url && document.status !== 'entered-in-error' ? html`<${Reader} url=${url} title=${title} />` : html`<p class="quiet">${t('document.gone')}</p>`}
  </article>`;
}

/**
 * @typedef {object} Action
 * @property {string} name
 * @property {import('../app/document.js').Step[]} steps
 * @property {boolean} [isDangerous]
 */

/** One change each, because each is a transaction of its own at the DMP. @param {any} document @returns {Action[]} */
function actionsOf(document) {
  const labels = labelsOf(document);
  return [
    // Hidden from the patient, a document becomes visible; the way back is the DMP's no more (TD3.3b).
    ...visibilities
      .filter((code) => code === 'MASQUE_PS' || labels.includes(code))
      .map((code) => ({
        name: `${labels.includes(code) ? 'show' : 'hide'}.${code}`,
        steps: toggleLabel(document, code),
      })),
    { name: isArchived(document) ? 'unarchive' : 'archive', steps: toggleArchived(document) },
    { name: 'delete', steps: deletion(), isDangerous: true },
  ];
}

/** @param {{ id: string, document: any, onChange: () => Promise<void> }} props */
function Actions({ id, document, onChange }) {
  const [asked, ask] = useState(/** @type {Action | undefined} */ (undefined));
  /** @param {Action} action */
  const act = async ({ name, steps }) => {
    const { versionId } = document.meta ?? {};
    await fhir('PATCH', `DocumentReference/${document.id}`, {
      body: steps,
      contentType: 'application/json-patch+json',
      // Not over what somebody else has changed since it was read.
      headers: versionId ? { 'if-match': `W/"${versionId}"` } : {},
    });
    announce(said('done', name));
    // What is deleted, or masked by who is not its author, is hidden from who did it: the list says what is left.
    if (name === 'delete' || name === 'hide.MASQUE_PS') go('resident', id, 'documents');
    else await onChange();
  };
  return html`<div class="actions" role="group" aria-label=${t('actions')}>
    ${document.status === 'current' && html`<a class="button" href=${href('resident', id, 'deposit', document.id)}>${t('replace')}</a>`}
    ${actionsOf(document).map(
      (action) =>
        html`<button
          key=${action.name}
          type="button"
          class=${action.isDangerous ? 'danger' : undefined}
          onClick=${() => ask(action)}
        >
          ${said('action', action.name)}
        </button>`,
    )}
    ${
      asked &&
      html`<${Dialog} title=${said('action', asked.name)} confirm=${t('confirm')} isDangerous=${asked.isDangerous}
      onConfirm=${() => act(asked)} onClose=${() => ask(undefined)}>
      <p>${said('ask', asked.name)}</p><p><strong>${titleOf(document)}</strong></p></${Dialog}>`
    }
  </div>`;
}
