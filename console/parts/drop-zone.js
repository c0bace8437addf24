// @ts-check
/** Where a file is dropped, or chosen by who has no mouse. */
import { useId, useState } from 'preact/hooks';
import { html } from '../app/html.js';
import { t } from '../app/words.js';

/** @param {{ accept: string, file?: File, isTaken: (file: File) => unknown, onFile: (file: File) => void }} props */
export function DropZone({ accept, file, isTaken, onFile }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const [refused, setRefused] = useState('');
  /** @param {File | undefined} given */
  const take = (given) => {
    if (given === undefined) return;
    setRefused(isTaken(given) ? '' : given.name);
    if (isTaken(given)) onFile(given);
  };
  /** @param {(event: DragEvent) => void} act */
  const on = (act) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    act(event);
  };
  return html`<div
    class=${isOver ? 'drop over' : 'drop'}
    onDragOver=${on(() => setOver(true))}
    onDragLeave=${on(() => setOver(false))}
    onDrop=${on((event) => {
      setOver(false);
      take(event.dataTransfer?.files[0]);
    })}
  >
    <label for=${id}>${t('drop')}</label>
    <input id=${id} type="file" accept=${accept} onChange=${(/** @type {any} */ e) => take(e.currentTarget.files[0])} />
    <p role="status">
      ${refused ? t('drop.refused', { name: refused }) : file ? t('drop.taken', { name: file.name }) : ''}
    </p>
  </div>`;
}
