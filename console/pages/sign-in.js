// @ts-check
/** For who is not signed in. */
import { useEffect } from 'preact/hooks';
import { html } from '../app/html.js';
import { ended, signIn } from '../app/sign-in.js';
import { place } from '../app/place.js';
import { t } from '../app/words.js';
import { Notice } from '../parts/notice.js';
import { useTask } from '../parts/task.js';

/** An emergency begins where residents are found. */
const roles = /** @type {const} */ ([
  { role: 'care', label: 'sign-in' },
  { role: 'administration', label: 'sign-in.administration' },
]);

/** @param {{ failure?: unknown }} props */
export function SignInPage({ failure }) {
  const task = useTask();
  const why = ended.use();
  useEffect(() => {
    document.title = `${t('sign-in')} – ${t('brand')}`;
    // Who was at work is told; who just arrived is not moved.
    if (ended.get()) document.querySelector('h1')?.focus();
  }, []);
  return html`<section class="welcome">
    <h1 tabindex="-1">${t('welcome')}</h1>
    <p>${t('welcome.text')}</p>
    <${Notice} error=${task.error ?? failure ?? why} />
    <p class="actions">
      ${roles.map(
        ({ role, label }, at) =>
          html`<button
            key=${role}
            type="button"
            class=${at === 0 ? 'main' : undefined}
            disabled=${task.isRunning}
            onClick=${() => task.run(() => signIn(role, window.location.hash))}
          >
            ${t(label)}
          </button>`,
      )}
    </p>
    ${!place.isProduction && html`<p class="quiet">${t('demonstration')}</p>`}
  </section>`;
}
