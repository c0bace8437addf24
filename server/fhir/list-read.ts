/**
 * A submission set that was deposited here, as it was answered then. No DMP call: after feeding, asking again is forbidden
 * (EX_3.1-2030), and what was sent is known.
 */
import { IssueError } from '../../mappings/outcome.ts';
import { readSetPayload } from './deposit/payload.ts';
import { depositedList } from './deposit/resource.ts';
import { idOf, type Handler } from './interaction.ts';

export const readList: Handler = async (call, { store }) => {
  const set = await store.sets.byId(idOf(call));
  if (!set) throw new IssueError({ key: 'not-found', values: { type: 'List' } });
  const resource = depositedList(set.id, set.patientId, readSetPayload(set.payload));
  const { versionId, lastUpdated } = resource.meta ?? {};
  return {
    status: 200,
    resource,
    headers: {
      ...(versionId ? { ETag: `W/"${versionId}"` } : {}),
      ...(lastUpdated ? { 'Last-Modified': new Date(lastUpdated).toUTCString() } : {}),
    },
  };
};
