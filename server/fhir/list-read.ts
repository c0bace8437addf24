/**
 * A submission set that was deposited here, as it was answered then. No DMP call: the DMP does not give one by id.
 */
import type { List } from '@medplum/fhirtypes';
import { IssueError } from '../../mappings/outcome.ts';
import type { Handler } from './interaction.ts';

export const readList: Handler = async (call, { store }) => {
  const set = await store.sets.byId(call.id!);
  if (!set) throw new IssueError({ key: 'not-found', values: { type: 'List' } });
  return { status: 200, resource: set.payload as List };
};
