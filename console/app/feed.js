// @ts-check
/**
 * The feed as the console asks for it: the queue's figures (`/admin/feed`), its deposits (Task) and take-overs (`$import-status`). The one
 * place that knows their shapes; nothing asks it where the server declares no Task.
 */
import { admin, fhir, search } from './fhir.js';

/**
 * @typedef {{ reason: string, fr: string, en: string }} Because
 * @typedef {object} Lane
 * @property {'live' | 'takeover'} lane
 * @property {Record<string, number>} counts by state
 * @property {string} [oldest]
 * @property {Because & { until: string }} [pause]
 * @typedef {object} Standing
 * @property {Lane[]} lanes
 * @property {{ hour: number, day: number }} delivered
 * @property {(Because & { state: string, count: number, last: string })[]} failed
 */

/** @returns {Promise<Standing>} */
export const standing = () => admin('feed');

/** @param {string} status of Task; empty: all */
export const deposits = (status) =>
  search('Task', [...(status === '' ? [] : [/** @type {const} */ (['status', status])]), ['_count', '20']]);

/** What a person may do with a deposit, by its Task.status. @type {Record<string, readonly ('cancel' | 'requeue' | 'release' | 'decline')[]>} */
const actions = { draft: ['release', 'decline'], ready: ['cancel'], 'on-hold': ['cancel'], failed: ['requeue'] };

/** @param {any} task */
export const actionsOf = (task) => actions[task.status] ?? [];

/**
 * @param {any} task
 * @param {string} action
 * @param {string} reason of a `decline`
 */
export const act = (task, action, reason) =>
  fhir('POST', `Task/${task.id}/$${action}`, {
    body: {
      resourceType: 'Parameters',
      ...(action === 'decline' ? { parameter: [{ name: 'reason', valueString: reason }] } : {}),
    },
    headers: task.meta?.versionId ? { 'if-match': `W/"${task.meta.versionId}"` } : {},
  });

/**
 * @typedef {object} Takeover
 * @property {string} id
 * @property {string} name
 * @property {string} state
 * @property {number} documents planned
 * @property {number} received
 * @property {number} pending
 */

/** States of a line that is not at its end. */
const pendingStates = ['proposed', 'queued', 'active', 'waiting'];

/** @returns {Promise<Takeover[]>} */
export async function takeovers() {
  const { parameter = [] } = await fhir('GET', '$import-status');
  return parameter
    .filter((/** @type {any} */ { name }) => name === 'takeover')
    .map((/** @type {any} */ { part }) => {
      const find = (/** @type {any[]} */ parts, /** @type {string} */ name) => parts.find((p) => p.name === name) ?? {};
      const counts = part.filter((/** @type {any} */ p) => p.name === 'count');
      return {
        id: find(part, 'takeover').valueId,
        name: find(part, 'name').valueString,
        state: find(part, 'state').valueCode,
        documents: find(part, 'documents').valueInteger ?? 0,
        received: find(part, 'received').valueInteger ?? 0,
        pending: counts
          .filter((/** @type {any} */ c) => pendingStates.includes(find(c.part, 'state').valueCode))
          .reduce((/** @type {number} */ sum, /** @type {any} */ c) => sum + find(c.part, 'count').valueInteger, 0),
      };
    });
}
