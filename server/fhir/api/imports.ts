/** The take-over of documents of the past: `$import` and what belongs to it, on the server as a whole. */
import { importOperations } from '../../../mappings/import-operations.ts';
import type { Interaction, Operation } from './types.ts';

type Given = Pick<Interaction, 'documentation' | 'succeeds' | 'dmp'> &
  Pick<Operation, 'methods' | 'ndjson'> & { name: keyof typeof importOperations };

/** Whoever may deposit may take over; to see how far it is, or to hold it, the same rights are enough as for deposits that are made later. */
const rights = {
  takes: { ihe: ['ITI-105'], entries: [{ type: 'DocumentReference', permission: 'c' }] },
  looks: { ihe: [], entries: [{ type: 'Task', permission: 'r' }] },
  changes: { ihe: [], entries: [{ type: 'Task', permission: 'u' }] },
} as const satisfies Record<string, Pick<Interaction, 'ihe' | 'entries'>>;

const interaction = (right: keyof typeof rights, { name, methods, ndjson, ...rest }: Given): Interaction => ({
  code: 'operation',
  operation: {
    ...{ name, level: 'system', methods, definition: importOperations[name] },
    ...(ndjson ? { ndjson } : {}),
  },
  ...rights[right],
  ...rest,
});

export const importInteractions: readonly Interaction[] = [
  interaction('takes', {
    name: 'import',
    methods: ['post'],
    succeeds: [202],
    dmp: [],
    documentation:
      'Begins a take-over: what is planned, from when, who answers for it (docs/take-over.md). `Prefer: respond-async`; the status stands at Content-Location.',
  }),
  interaction('takes', {
    name: 'import-documents',
    methods: ['post'],
    ndjson: { reads: true, answers: true },
    dmp: ['TD2.1', 'TD0.2'],
    documentation:
      'Documents of a take-over, one DocumentReference (ITI-105) a line, whose id names the line; one answer a line, in their order. The same again changes nothing. `_dryRun=true` checks and keeps nothing.',
  }),
  interaction('looks', {
    name: 'import-status',
    methods: ['get'],
    succeeds: [200, 202],
    dmp: [],
    documentation:
      'How far a take-over is: 202 with X-Progress while it goes on, 200 when every line is at its end; without a parameter all take-overs of the caller.',
  }),
  interaction('looks', {
    name: 'import-report',
    methods: ['get'],
    ndjson: { answers: true },
    dmp: [],
    documentation: 'What became of each line, one Parameters a line; the next page stands in the header Link.',
  }),
  interaction('changes', {
    name: 'import-change',
    methods: ['post'],
    dmp: [],
    documentation:
      'Pauses, resumes, completes or cancels a take-over; confirms that the CNAM was told of it (an administrator of the structure).',
  }),
];
