// @ts-check
/** A form's fields, each with its label; what is wrong with one is said by the browser, or below it. */
import { useId } from 'preact/hooks';
import { html } from '../app/html.js';

/** @typedef {{ value: string, label: string }} Option */

/**
 * @param {{ label: string, name: string, value: string, onInput: (value: string) => void, type?: string, options?: readonly Option[],
 *   required?: boolean, hint?: string, list?: readonly string[] } & Record<string, unknown>} props
 */
export function Field({ label, name, value, onInput, type = 'text', options, required, hint, ...rest }) {
  const id = useId();
  const take = (/** @type {any} */ event) => onInput(event.currentTarget.value);
  const common = { id, name, required, 'aria-describedby': hint ? `${id}-hint` : undefined, ...rest };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${
      options
        ? html`<select ...${common} value=${value} onChange=${take}>
            ${options.map(
              (option) =>
                html`<option key=${option.value} value=${option.value} selected=${option.value === value}>
                  ${option.label}
                </option>`,
            )}
          </select>`
        : type === 'textarea'
          ? html`<textarea ...${common} value=${value} onInput=${take}></textarea>`
          : html`<input ...${common} type=${type} value=${value} onInput=${take} />`
    }
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** @param {{ label: string, checked: boolean, onInput: (checked: boolean) => void } & Record<string, unknown>} props */
export function Check({ label, checked, onInput, ...rest }) {
  const id = useId();
  return html`<div class="check">
    <input
      ...${rest}
      type="checkbox"
      id=${id}
      checked=${checked}
      onChange=${(/** @type {any} */ e) => onInput(e.currentTarget.checked)}
    /><label for=${id}>${label}</label>
  </div>`;
}
