// @ts-check
/** What went wrong, or is good to know: the server's own sentences. */
import { html } from '../app/html.js';
import { Refusal } from '../app/fhir.js';
import { SignedOut } from '../app/sign-in.js';
import { said, t } from '../app/words.js';

/** @param {unknown} error @returns {import('../app/fhir.js').Problem[]} */
function problems(error) {
  if (error instanceof Refusal) return error.problems;
  if (error instanceof SignedOut) return [{ severity: 'error', text: t('signed-out') }];
  // The network; or, of a sign-in, the words of RFC 6749.
  const { error: code, error_description: description } = /** @type {any} */ (error) ?? {};
  return [{ severity: 'error', text: description ?? (code ? said('oauth', code) : t('unreachable')) }];
}

/** @param {{ error?: unknown, problems?: import('../app/fhir.js').Problem[], children?: unknown }} props */
export function Notice({ error, problems: given, children }) {
  const all = given ?? (error === undefined ? [] : problems(error));
  if (all.length === 0) return null;
  const isBad = error !== undefined || all.some(({ severity }) => severity === 'error' || severity === 'fatal');
  return html`<div class=${isBad ? 'notice bad' : 'notice'} role=${isBad ? 'alert' : 'note'}>
    <ul>
      ${all.map(({ text }) => html`<li>${text}</li>`)}
    </ul>
    ${children}
  </div>`;
}
