// @ts-check
/** Where one is: `#/resident/<opaque id>/documents`. Nothing that says who somebody is ever stands there. */
import { store } from './store.js';

/** @returns {string[]} */
const parts = () => window.location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);

export const route = store(parts());

window.addEventListener('hashchange', () => route.set(parts()));

/** @param {readonly string[]} to */
export const href = (...to) => `#/${to.join('/')}`;

/** @param {readonly string[]} to */
export function go(...to) {
  window.location.hash = href(...to);
}
