// @ts-check
/**
 * What of the console is open to who is signed in: asked of the server, which alone knows. What is not there is not offered; what is
 * offered may still be refused, with its reason.
 */
import { fhir, Refusal } from './fhir.js';
import { place } from './place.js';
import { session } from './sign-in.js';
import { store } from './store.js';

/**
 * @typedef {object} Access
 * @property {boolean} isEmergency
 * @property {string} [me] PS_IdNat
 * @property {boolean} isAdministrator
 * @property {boolean} hasFeed the server has a queue of deposits
 * @property {boolean} hasExchanges the server keeps the last exchanges
 */

/** @type {Access} */
const none = { isEmergency: false, isAdministrator: false, hasFeed: false, hasExchanges: !place.isProduction };

export const access = store(none);

/** @param {Promise<unknown>} asked whether it was not refused */
const isOpen = (asked) =>
  asked.then(
    () => true,
    (/** @type {unknown} */ error) => {
      if (error instanceof Refusal) return false;
      throw error;
    },
  );

async function look() {
  const now = session.get();
  const isEmergency = now?.purpose === 'bris_de_glace';
  access.set({ ...none, isEmergency });
  if (now === undefined || isEmergency) return;
  const [me, isAdministrator, statement] = await Promise.all([
    fhir('GET', now.practitioner).then(
      ({ identifier = [] }) => identifier.find((/** @type {any} */ i) => i.system === 'urn:oid:1.2.250.1.71.4.2.1')?.value,
    ),
    isOpen(fhir('GET', `${place.root}/admin/structures`, { accept: 'application/json' })),
    fetch(`${place.base}/metadata`, { headers: { accept: 'application/fhir+json' } }).then((answer) => answer.json()),
  ]);
  const types = (statement.rest?.[0]?.resource ?? []).map((/** @type {any} */ { type }) => type);
  access.set({ ...access.get(), me, isAdministrator, hasFeed: types.includes('Task') });
}

/** Whose access was asked; renewed tokens are still theirs. @type {string | undefined} */
let known;
/** Asks once for each sign-in. */
export function watchAccess() {
  const follow = () => {
    const now = session.get();
    const who = now && `${now.name} ${now.purpose}`;
    if (who === known) return;
    known = who;
    // What cannot be asked now is not offered; the pages that are there say what is wrong.
    look().catch(() => undefined);
  };
  session.watch(follow);
  follow();
}
