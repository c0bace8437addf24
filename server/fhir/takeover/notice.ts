/** What a take-over brings a day, and the message to the CNAM when that is much: the arithmetic is the limits' own. */
import { noticeOf, volumeOf, type Notice, type VolumePlan } from '../../feed/limits/notice.ts';
import type { Caller } from '../../auth/caller.ts';
import type { StoredTakeover, TakeoverContent } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';

export type { Notice };

/** @param documents of this one and of the structure's others that are open: several small ones are one large one */
export const planOf = (
  { begin }: Pick<TakeoverContent, 'begin'>,
  documents: number,
  { config }: Pick<Services, 'config'>,
): VolumePlan => volumeOf({ documents, begin: new Date(begin) }, config);

/** It names the software's homologation, which is a secret of its vendor: for the administrators of the structure alone. */
export function noticeFor({ content }: StoredTakeover, caller: Caller, services: Services): Notice | undefined {
  if (caller.isAdministrator !== true) return undefined;
  const { contact, all } = content;
  const given = { structure: structureOf(caller, services), contact, now: services.now() };
  return noticeOf(planOf(content, all, services), given, services.config);
}
