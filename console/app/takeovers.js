// @ts-check
/** Take-overs as the console asks for them (`$import-status`), and what is done with one (`$import-change`; docs/take-over.md). */
import { fhir } from './fhir.js';

/**
 * @typedef {object} Notice the message to the CNAM that is due before a large take-over; administrators alone get it
 * @property {string[]} to
 * @property {string} subject
 * @property {string} text
 * @property {string} eml the same for a mail program (RFC 5322)
 */

/**
 * @typedef {object} Takeover
 * @property {string} id
 * @property {string} name
 * @property {string} state
 * @property {number} documents planned
 * @property {number} received
 * @property {number} done at their end, delivered or refused
 * @property {[state: string, count: number][]} counts
 * @property {string} [until] when what keeps it back ends
 * @property {Notice} [notice] while it is unconfirmed
 * @property {{ on: string, reference: string }} [confirmation] when, and by what, the CNAM was told
 */

/** @typedef {'confirm' | 'pause' | 'resume' | 'cancel'} Action */

/** What may be done with a take-over, by its state. @type {Record<string, readonly Action[]>} */
const actions = {
  unconfirmed: ['confirm', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
};

/** @param {Takeover} takeover @returns {readonly Action[]} */
export const actionsOf = ({ state }) => actions[state] ?? [];

/** Longest reference of a confirmation, in characters: the server cuts what is longer. */
export const longestReference = 200;

/**
 * @param {string} id
 * @param {Action} action
 * @param {{ on: string, reference: string }} told of a `confirm`: the day (yyyy-mm-dd), and by what the CNAM was told
 */
export const change = (id, action, { on, reference }) =>
  fhir('POST', '$import-change', {
    body: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'takeover', valueId: id },
        { name: 'action', valueCode: action },
        ...(action === 'confirm'
          ? [
              { name: 'on', valueDate: on },
              { name: 'reference', valueString: reference },
            ]
          : []),
      ],
    },
  });

/** States of a line that is not at its end. */
const pendingStates = ['proposed', 'queued', 'active', 'waiting'];

/** @typedef {{ name: string, part?: Part[], [value: string]: unknown }} Part of Parameters */

/** @param {Part[] | undefined} parts @param {string} name @returns {any} */
const find = (parts, name) => parts?.find((part) => part.name === name) ?? {};

/** @returns {Promise<Takeover[]>} */
export async function takeovers() {
  const { parameter = [] } = /** @type {{ parameter?: Part[] }} */ (await fhir('GET', '$import-status'));
  return parameter.filter(({ name }) => name === 'takeover').map(({ part }) => takeoverOf(part ?? []));
}

/** @param {Part[]} part @returns {Takeover} */
function takeoverOf(part) {
  /** @type {Map<string, number>} by state, whatever the reason */
  const counts = new Map();
  for (const { part: count } of part.filter(({ name }) => name === 'count')) {
    const state = find(count, 'state').valueCode;
    counts.set(state, (counts.get(state) ?? 0) + Number(find(count, 'count').valueInteger));
  }
  const received = find(part, 'received').valueInteger;
  const pending = pendingStates.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return {
    id: find(part, 'takeover').valueId,
    name: find(part, 'name').valueString,
    state: find(part, 'state').valueCode,
    documents: find(part, 'documents').valueInteger,
    received,
    done: received - pending,
    counts: [...counts],
    until: find(find(part, 'pause').part, 'until').valueInstant,
    notice: noticeOf(find(part, 'notice').part),
    confirmation: confirmationOf(find(part, 'confirmation').part),
  };
}

/** @param {Part[] | undefined} part @returns {Notice | undefined} */
function noticeOf(part) {
  if (part === undefined) return undefined;
  const [subject, text, eml] = ['subject', 'text', 'eml'].map((name) => String(find(part, name).valueString));
  const to = part.filter(({ name }) => name === 'to').map(({ valueString }) => String(valueString));
  return { to, subject: subject ?? '', text: text ?? '', eml: eml ?? '' };
}

/** @param {Part[] | undefined} part @returns {Takeover['confirmation']} */
const confirmationOf = (part) =>
  part && { on: find(part, 'on').valueDate, reference: find(part, 'reference').valueString };
