// @ts-check
/** The API as the console asks it: FHIR and the administration, whose refusals are OperationOutcomes. */
import { language } from './words.js';
import { send } from './sign-in.js';
import { place } from './place.js';

/** @typedef {{ severity: string, text: string, row?: string }} Problem */

/** What the server did not do, and what to do about it. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {Problem[]} problems
   */
  constructor(status, problems) {
    super(problems.map(({ text }) => text).join(' '));
    this.status = status;
    this.problems = problems;
  }
}

/**
 * The sentences of an OperationOutcome, in the language that was asked for.
 * @param {any} outcome
 * @returns {Problem[]}
 */
export const problemsOf = (outcome) =>
  (outcome?.issue ?? []).map((/** @type {any} */ issue) => ({
    severity: issue.severity,
    text: issue.details?.text ?? issue.diagnostics ?? issue.code,
    row: issue.details?.coding?.find((/** @type {any} */ c) => c.system?.endsWith('/CodeSystem/error'))?.code,
  }));

/**
 * @typedef {object} Ask
 * @property {unknown} [body] sent as FHIR JSON
 * @property {string} [contentType] of the body
 * @property {Record<string, string> | readonly (readonly [string, string])[]} [form] sent as a form: nothing of it gets into an address
 * @property {string} [accept]
 * @property {Record<string, string>} [headers]
 */

/**
 * @param {string} method
 * @param {string} path below the FHIR base, or an address of this server
 * @param {Ask} [ask]
 * @returns {Promise<Response>} a success
 * @throws {Refusal | import('./sign-in.js').SignedOut}
 */
export async function request(method, path, ask = {}) {
  const { body, form, contentType = 'application/fhir+json', accept = 'application/fhir+json', headers = {} } = ask;
  const url = /^(https?:|\/)/.test(path) ? path : `${place.base}/${path}`;
  const type = form ? 'application/x-www-form-urlencoded' : body === undefined ? undefined : contentType;
  /** @type {Record<string, string>} */
  const all = { accept, 'accept-language': language.get(), ...(type ? { 'content-type': type } : {}), ...headers };
  const sent = form
    ? new URLSearchParams(/** @type {any} */ (form)).toString()
    : body === undefined
      ? undefined
      : JSON.stringify(body);
  const answer = await send(method, url, all, sent);
  if (answer.ok) return answer;
  const text = await answer.text();
  /** @type {Problem[]} */
  let problems = [];
  try {
    problems = problemsOf(JSON.parse(text));
  } catch {
    // A proxy's page: its status must do.
  }
  throw new Refusal(
    answer.status,
    problems.length > 0 ? problems : [{ severity: 'error', text: `HTTP ${answer.status}` }],
  );
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Ask} [ask]
 * @returns {Promise<any>} the resource; undefined where the answer has no body
 */
export async function fhir(method, path, ask) {
  const answer = await request(method, path, ask);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * A search by POST, which leaves what is looked for out of addresses.
 * @param {string} type
 * @param {Record<string, string> | readonly (readonly [string, string])[]} form
 */
export const search = (type, form) => fhir('POST', `${type}/_search`, { form });

/** The administration. @param {string} path below `/admin` */
export const admin = (/** @type {string} */ path) =>
  fhir('GET', `${place.root}/admin/${path}`, { accept: 'application/json' });

/** What matched, without what was added. @param {any} bundle @returns {any[]} */
export const matchesOf = (bundle) =>
  (bundle.entry ?? [])
    .filter((/** @type {any} */ e) => (e.search?.mode ?? 'match') === 'match')
    .map((/** @type {any} */ e) => e.resource);

/** Sentences that came with what was found. @param {any} bundle @returns {Problem[]} */
export const warningsOf = (bundle) =>
  (bundle.entry ?? []).flatMap((/** @type {any} */ e) => (e.search?.mode === 'outcome' ? problemsOf(e.resource) : []));

/** @param {any} bundle @param {string} relation @returns {string | undefined} */
export const linkOf = (bundle, relation) => bundle?.link?.find((/** @type {any} */ l) => l.relation === relation)?.url;
