// @ts-check
/** Sentences of the console: French first, English by choice; the choice is kept in this browser. */
import { store } from './store.js';
import { en } from './words-en.js';
import { fr } from './words-fr.js';

/** @typedef {keyof typeof fr} Word */

const tables = { fr, en };
const key = 'console-language';

/** @returns {'fr' | 'en'} */
const first = () => (localStorage.getItem(key) === 'en' ? 'en' : 'fr');

export const language = store(first());

/** @param {'fr' | 'en'} next */
export function speak(next) {
  localStorage.setItem(key, next);
  document.documentElement.lang = next;
  language.set(next);
}

/**
 * @param {Word} word
 * @param {Record<string, string | number>} [values] for `{name}`
 * @returns {string}
 */
export const t = (word, values = {}) =>
  tables[language.get()][word].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** @param {string} word whether it is one; for codes that come from elsewhere @returns {word is Word} */
export const isWord = (word) => Object.hasOwn(fr, word);

/** A code in words, where there are any. @param {string} prefix @param {string | undefined} code */
export const said = (prefix, code = '') =>
  isWord(`${prefix}.${code}`) ? t(/** @type {Word} */ (`${prefix}.${code}`)) : code;

const locale = () => (language.get() === 'fr' ? 'fr-FR' : 'en-GB');

/** @param {string | undefined} instant of FHIR, of any precision */
export function day(instant) {
  if (instant === undefined) return '';
  const [, year = '', month, date] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(instant) ?? [];
  if (month === undefined) return year;
  const at = instant.length > 10 ? new Date(instant) : new Date(Number(year), Number(month) - 1, Number(date ?? 1));
  return at.toLocaleDateString(locale(), { year: 'numeric', month: 'long', ...(date ? { day: 'numeric' } : {}) });
}

/** How long, in the largest unit that fits. @param {number} seconds */
export function age(seconds) {
  const [unit, length] = seconds < 3600 ? ['minute', 60] : seconds < 86_400 ? ['hour', 3600] : ['day', 86_400];
  const style = /** @type {const} */ ({ style: 'unit', unit, unitDisplay: 'long' });
  return new Intl.NumberFormat(locale(), style).format(Math.floor(seconds / length));
}

/** @param {string | undefined} instant */
export const moment = (instant) =>
  instant === undefined || instant.length <= 10
    ? day(instant)
    : new Date(instant).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
