/** The submission set that carries a change of attributes (ITI-57): no document of its own, its author is the caller. */
import type { ChangeKind } from '../../../mappings/attributes.ts';
import type { SubmissionSet } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { ownSet } from '../deposit/submission-set.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';

/** Titles of the sets, as the DMP's own examples word them. */
const titles: Record<ChangeKind, string> = {
  mask: 'Masquage aux professionnels',
  unmask: 'Démasquage aux professionnels',
  'show-patient': 'Document rendu visible au patient',
  'show-representatives': 'Document rendu visible aux représentants légaux',
  'hide-patient': 'Document rendu non visible au patient',
  'hide-representatives': 'Document rendu non visible aux représentants légaux',
  archive: 'Archivage',
  unarchive: 'Désarchivage',
  delete: 'Suppression',
};

/** A minimal set: author and structure of the caller (as in the VIHF, or the DMP refuses it), now, a new uniqueId. */
export function attributeSet(
  caller: Caller,
  ins: PatientIns,
  services: Pick<Services, 'structures' | 'now'>,
  kind?: ChangeKind,
): SubmissionSet {
  return ownSet(ins, kind && titles[kind], caller, structureOf(caller, services), services.now());
}
