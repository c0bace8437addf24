// @ts-check
/**
 * The feed as the console asks for it: the queue's figures (`/admin/feed`), its deposits (Task). The one place that
 * knows their shapes; nothing asks it where the server declares no Task. Take-overs: `takeovers.js`.
 */
import { admin, fhir, problemsOf, search } from './fhir.js';

/**
 * @typedef {{ reason: string, fr: string, en: string }} Because
 * @typedef {object} Lane
 * @property {'live' | 'takeover'} lane
 * @property {Record<string, number>} counts by state
 * @property {string} [oldest]
 * @property {number} [oldestSeconds]
 * @property {Because & { until: string }} [pause]
 * @typedef {object} Standing
 * @property {string} at
 * @property {Lane[]} lanes
 * @property {{ hour: number, day: number }} delivered
 * @property {{ count: number, oldest?: string }} unannounced
 * @property {(Because & { state: string, count: number, last: string })[]} failed
 */

/** @returns {Promise<Standing>} */
export const standing = () => admin('feed');

/** @param {string} status of Task; empty: all */
export const deposits = (status) =>
  search('Task', [...(status === '' ? [] : [/** @type {const} */ (['status', status])]), ['_count', '20']]);

/** @typedef {'cancel' | 'requeue' | 'release' | 'decline'} Action */

/** What a person may do with a deposit, by its Task.status. @type {Record<string, readonly Action[]>} */
const actions = { draft: ['release', 'decline'], ready: ['cancel'], 'on-hold': ['cancel'], failed: ['requeue'] };

/** @param {any} task @returns {readonly Action[]} */
export const actionsOf = (task) => actions[task.status] ?? [];

/** Longest reason of a `decline`, in characters (docs/asynchronous-deposits.md). */
export const longestReason = 400;

/**
 * @param {any} task as it was shown: what has changed since is refused
 * @param {Action} action
 * @param {string} reason of a `decline`
 */
export const act = (task, action, reason) =>
  fhir('POST', `Task/${task.id}/$${action}`, {
    body: {
      resourceType: 'Parameters',
      ...(action === 'decline' ? { parameter: [{ name: 'reason', valueString: reason }] } : {}),
    },
    headers: { 'if-match': `W/"${task.meta.versionId}"` },
  });

/** Why it stands where it does, and what the last attempt said: each sentence once. @param {any} task @returns {string[]} */
export function sentencesOf({ statusReason, contained = [] }) {
  const outcome = contained.find((/** @type {any} */ { resourceType }) => resourceType === 'OperationOutcome');
  const all = [statusReason?.text, ...problemsOf(outcome).map(({ text }) => text)];
  return [...new Set(all.filter((text) => text !== undefined))];
}

/** The documents of a proposal, as far as who is signed in may know them; none of any other deposit. @param {any} task @returns {any[]} */
export const proposedIn = ({ contained = [], input = [] }) =>
  input.flatMap((/** @type {any} */ { valueReference }) =>
    contained.filter((/** @type {any} */ { id }) => `#${id}` === valueReference?.reference),
  );

/** @param {string} name */
const extension = (name) => `https://dmp-fhir.example/StructureDefinition/deposit-${name}`;
/** How often it was tried, and when it will be again. @param {any} task @returns {{ attempts: number, next?: string }} */
export function triesOf({ extension: all = [] }) {
  const find = (/** @type {string} */ name) => all.find((/** @type {any} */ { url }) => url === extension(name));
  return { attempts: find('attempts')?.valueUnsignedInt ?? 0, next: find('next-attempt')?.valueInstant };
}
