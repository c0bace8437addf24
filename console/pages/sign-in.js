// @ts-check
/** For who is not signed in. */
import { useEffect } from 'preact/hooks';
import { html } from '../app/html.js';
import { signIn } from '../app/sign-in.js';
import { place } from '../app/place.js';
import { t } from '../app/words.js';
import { Notice } from '../parts/notice.js';
import { useTask } from '../parts/task.js';

/** @param {{ failure?: unknown }} props */
export function SignInPage({ failure }) {
  const task = useTask();
  useEffect(() => {
    document.title = `${t('sign-in')} – ${t('brand')}`;
  }, []);
  return html`<section class="welcome">
    <h1 tabindex="-1">${t('welcome')}</h1>
    <p>${t('welcome.text')}</p>
    <${Notice} error=${task.error ?? failure} />
    <p>
      <button
        type="button"
        class="main"
        disabled=${task.isRunning}
        onClick=${() => task.run(() => signIn('normal', window.location.hash))}
      >
        ${t('sign-in')}
      </button>
    </p>
    ${!place.isProduction && html`<p class="quiet">${t('demonstration')}</p>`}
  </section>`;
}
