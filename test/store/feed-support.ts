/** Whose deposits the tests of the feed's tables store. */
import type { FeedOwner } from '../../server/store/index.ts';
import type { TestStore } from '../support/store.ts';

export const insOid = '1.2.250.1.213.1.4.10';
/** The time of what happens. */
export const now = new Date('2026-11-28T09:00:00Z');

let count = 0;
export const newPatient = async ({ store }: TestStore): Promise<string> =>
  (await store.patients.byIns({ value: `2360469${String(++count).padStart(8, '0')}`, oid: insOid })).id;
/** Each test has a structure of its own. */
export const newOwner = (): FeedOwner => ({
  structure: `1${String(++count).padStart(9, '0')}`,
  clientId: 'demo',
  personId: '8',
});
