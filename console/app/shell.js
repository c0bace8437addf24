// @ts-check
/** The frame of every page: skip link, header, navigation, the page that the address names, and what is said aloud. */
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { Announcer } from '../parts/announcer.js';
import { SignInPage } from '../pages/sign-in.js';
import { pages } from '../pages/index.js';
import { access } from './access.js';
import { html } from './html.js';
import { href, route } from './route.js';
import { session, signOut } from './sign-in.js';
import { language, speak, t } from './words.js';

/** @param {{ failure?: unknown }} props */
export function Shell({ failure }) {
  const now = session.use();
  const tongue = language.use();
  const at = route.use();
  const open = access.use();
  const all = pages.filter(({ isOpen }) => now && isOpen(open));
  const page = all.find(({ name }) => name === (at[0] ?? '')) ?? all[0];
  return html`<a class="skip" href="#content" onClick=${toContent}>${t('skip')}</a>
    <header class="bar">
      <p class="brand"><a href=${href()}>${t('brand')}</a></p>
      ${
        now &&
        html`<nav aria-label=${t('nav')}>
          <ul>
            ${all
              .filter(({ inMenu }) => inMenu)
              .map(
                ({ name, title }) =>
                  html`<li key=${name}>
                    <a href=${href(name)} aria-current=${page?.name === name ? 'page' : undefined}>${t(title)}</a>
                  </li>`,
              )}
          </ul>
        </nav>`
      }
      <div class="who">
        ${now && html`<span>${now.name}</span><button type="button" class="plain" onClick=${signOut}>${t('sign-out')}</button>`}
        <button
          type="button"
          class="plain"
          lang=${tongue === 'fr' ? 'en' : 'fr'}
          onClick=${() => speak(tongue === 'fr' ? 'en' : 'fr')}
        >
          ${tongue === 'fr' ? 'English' : 'Français'}
        </button>
      </div>
    </header>
    ${now?.role === 'emergency' && html`<aside class="emergency" aria-label=${t('emergency')}>${t('emergency.banner')}</aside>`}
    <main id="content" tabindex="-1" key=${tongue}>
      ${now && page ? html`<${Framed} key=${at.join('/')} page=${page} at=${at.slice(1)} />` : html`<${SignInPage} failure=${failure} />`}
    </main>
    <footer>
      <p>${t('footer')} <a href="docs?lang=${tongue}">${t('documentation')}</a></p>
    </footer>
    <${Announcer} />`;
}

/** The focus goes to the page; the address stays, since it says which page. @param {Event} event */
function toContent(event) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** @param {{ page: import('../pages/index.js').Page, at: string[] }} props */
function Framed({ page, at }) {
  const [broken] = useErrorBoundary();
  useEffect(() => {
    document.title = `${t(page.title)} – ${t('brand')}`;
    document.querySelector('h1')?.focus();
  }, []);
  if (broken !== undefined)
    return html`<h1 tabindex="-1">${t(page.title)}</h1>
      <${Notice} error=${broken} />`;
  return html`<${page.view} at=${at} />`;
}
