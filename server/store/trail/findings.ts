/** What a verification of the audit trail can find, as data: one sentence for each problem, and where it is. */

export const problems = {
  'checkpoint-unreadable': 'This checkpoint cannot be read.',
  'checkpoint-missing': 'Checkpoints are missing before this one.',
  'checkpoint-link': 'This checkpoint does not follow from the one before it: one of the two was replaced.',
  'checkpoint-signature':
    'This checkpoint is not signed with the key in force: it was forged or altered, or the key was replaced.',
  'checkpoint-none': 'There are records in the chain, and no checkpoint: the checkpoints were deleted.',
  'key-unknown':
    'No checkpoint is signed with the public key that was given: the key, or the whole trail, was replaced.',
  'anchor-differs': 'A checkpoint that was given out is not in the trail: it was deleted or replaced.',
  'head-back': 'This checkpoint says less of a stream than one before it.',
  'stream-dropped': 'A stream that was open is not in this checkpoint.',
  'record-altered': 'This record is not as it was written, or not in its place.',
  'record-missing': 'Records are missing before this one.',
  'signed-missing': 'Records up to this one were signed, and the last of them are missing.',
  'head-differs': 'The records up to here were rewritten: their hash is not the one that was signed.',
  'record-after-end': 'There are records after the signed end of their stream.',
  'stream-state':
    'The stream was opened or closed by a checkpoint that is not there any more: checkpoints were deleted at the end.',
  'stream-unknown': 'These records are in a stream that no checkpoint has opened.',
  'record-pruned':
    'A record stands before the beginning of its stream, where all was deleted by a signed prune, or nothing ever was.',
  'before-changed': 'The records from before the chain are not those that the first checkpoint has taken.',
  'export-altered': 'This file is not the one that the manifest was signed for.',
  'export-signature': 'The manifest is not signed with a key of the trail.',
  'export-unanchored': 'These records do not lead to a signed checkpoint.',
  'export-event': 'The events are not those of the records.',
} as const;

export type Problem = keyof typeof problems;

/** One problem and its place. */
export interface Finding {
  problem: Problem;
  /** Number of the checkpoint. */
  checkpoint?: number;
  stream?: string;
  seq?: number;
  /** `AuditEvent.id` */
  record?: string;
}

/** Beyond so many the rest is not looked for. */
const MOST = 20;

export interface Findings {
  all: readonly Finding[];
  add(problem: Problem, place?: Omit<Finding, 'problem'>): void;
  isFull(): boolean;
}

export function findings(): Findings {
  const all: Finding[] = [];
  return {
    all,
    add: (problem, place = {}) => {
      if (all.length < MOST) all.push({ problem, ...place });
    },
    isFull: () => all.length >= MOST,
  };
}

/** In words, the place first. */
export function sayFinding({ problem, checkpoint, stream, seq, record }: Finding): string {
  const place = [
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
    ...(stream === undefined ? [] : [`stream ${stream}`]),
    ...(seq === undefined ? [] : [`record ${seq}`]),
    ...(record === undefined ? [] : [`(AuditEvent/${record})`]),
  ];
  return `${place.length > 0 ? `${place.join(', ')}: ` : ''}${problems[problem]}`;
}
