// @ts-check
/** Starts the console: on the way back from the authorization server it first takes the code. */
import { render } from 'preact';
import { watchAccess } from './access.js';
import { html } from './html.js';
import { comeBack, isReturn, session } from './sign-in.js';
import { Shell } from './shell.js';
import { go } from './route.js';
import { language } from './words.js';

document.documentElement.lang = language.get();
const home = /** @type {HTMLElement} */ (document.getElementById('console'));

/** @type {unknown} */
let failure;
if (isReturn())
  try {
    const route = await comeBack();
    const patient = session.get()?.patient;
    // An emergency opens one record: there it goes on.
    if (session.get()?.role === 'emergency' && patient) go('resident', patient);
    else if (route !== '') window.location.hash = route;
  } catch (error) {
    failure = error;
  }
watchAccess();
home.replaceChildren();
render(html`<${Shell} failure=${failure} />`, home);
