// @ts-check
/** What the page says of the server that served it (`server/console/page.ts`). */

/**
 * @typedef {object} Place
 * @property {string} client client_id
 * @property {string} base FHIR base
 * @property {string} root what `/admin` and `/console` are below
 * @property {boolean} isProduction
 * @property {string[]} domains systems of local identifiers
 */

const {
  client = '',
  base = '',
  environment = '',
  domains = '',
} = /** @type {HTMLElement} */ (document.getElementById('console')).dataset;

/** @type {Place} */
export const place = {
  client,
  base,
  root: base.replace(/\/fhir$/, ''),
  isProduction: environment === 'production',
  domains: domains.split(' ').filter((domain) => domain !== ''),
};
