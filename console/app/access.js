// @ts-check
/**
 * What of the console is open to who is signed in: by the capacity in which they are, and by what the server declares. What is not
 * there is not offered; what is offered may still be refused, with its reason.
 */
import { fhir } from './fhir.js';
import { place } from './place.js';
import { session } from './sign-in.js';
import { store } from './store.js';

/**
 * @typedef {object} Access
 * @property {boolean} isCare
 * @property {boolean} isEmergency
 * @property {boolean} isAdministrator
 * @property {string} [me] PS_IdNat
 * @property {boolean} hasFeed the server has a queue of deposits
 * @property {boolean} hasTakeovers
 * @property {boolean} hasExchanges the server keeps the last exchanges
 */

/** @type {Access} */
const none = {
  isCare: false,
  isEmergency: false,
  isAdministrator: false,
  hasFeed: false,
  hasTakeovers: false,
  hasExchanges: false,
};

export const access = store(none);

async function look() {
  const now = session.get();
  if (now === undefined) return access.set(none);
  const { role, practitioner } = now;
  access.set({
    ...none,
    isCare: role === 'care',
    isEmergency: role === 'emergency',
    isAdministrator: role === 'administration',
    hasExchanges: !place.isProduction,
  });
  const [person, statement] = await Promise.all([
    fhir('GET', practitioner),
    fetch(`${place.base}/metadata`, { headers: { accept: 'application/fhir+json' } }).then((answer) => answer.json()),
  ]);
  const types = (statement.rest?.[0]?.resource ?? []).map((/** @type {any} */ { type }) => type);
  const operations = (statement.rest?.[0]?.operation ?? []).map((/** @type {any} */ { name }) => name);
  const isNational = (/** @type {any} */ { system }) => system === 'urn:oid:1.2.250.1.71.4.2.1';
  access.set({
    ...access.get(),
    me: person.identifier?.find(isNational)?.value,
    hasFeed: types.includes('Task'),
    hasTakeovers: operations.includes('import-status'),
  });
}

/** Whose access was asked; renewed tokens are still theirs. @type {string | undefined} */
let known;
/** Asks once for each sign-in. */
export function watchAccess() {
  const follow = () => {
    const now = session.get();
    const who = now && `${now.practitioner} ${now.role}`;
    if (who === known) return;
    known = who;
    // What cannot be asked now is not offered; the pages that are there say what is wrong.
    look().catch(() => undefined);
  };
  session.watch(follow);
  follow();
}
