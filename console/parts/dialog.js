// @ts-check
/** A question before something is done: a modal dialog, whose focus the browser keeps and gives back. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../app/html.js';
import { t } from '../app/words.js';
import { Notice } from './notice.js';
import { useTask } from './task.js';

/**
 * @param {{ title: string, confirm: string, isDangerous?: boolean, onConfirm: () => Promise<unknown>, onClose: () => void,
 *   children?: unknown }} props `onConfirm` is called once at a time; when it succeeds the dialog closes
 */
export function Dialog({ title, confirm, isDangerous, onConfirm, onClose, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  const task = useTask();
  useLayoutEffect(() => element.current?.showModal(), []);
  const close = () => element.current?.close();
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    void task.run(async () => {
      await onConfirm();
      close();
    });
  };
  return html`<dialog ref=${element} aria-labelledby=${id} onClose=${onClose}>
    <form onSubmit=${submit}>
      <h2 id=${id}>${title}</h2>
      ${children}
      <${Notice} error=${task.error} />
      <p class="actions">
        <button type="button" onClick=${close}>${t('cancel')}</button>
        <button class=${isDangerous ? 'danger' : 'main'} disabled=${task.isRunning}>${confirm}</button>
      </p>
    </form>
  </dialog>`;
}
