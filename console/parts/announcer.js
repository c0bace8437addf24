// @ts-check
/** What happened, shown and said aloud: one live region for the whole page. */
import { html } from '../app/html.js';
import { session } from '../app/sign-in.js';
import { store } from '../app/store.js';

const said = store({ text: '', turn: 0 });

/** @param {string} text */
export const announce = (text) => said.set({ text, turn: said.get().turn + 1 });

export function Announcer() {
  const { text, turn } = said.use();
  return html`<div class="announcer" role="status" aria-live="polite">
    ${text && html`<p key=${turn}>${text}</p>`}
  </div>`;
}

// What was said is not for who comes next.
session.watch((now) => now === undefined && said.set({ text: '', turn: 0 }));
