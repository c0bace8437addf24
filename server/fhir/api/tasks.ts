/** Task: deposits that were accepted to be made later, what becomes of them, and what a person does with them. */
import { depositActions, type DepositAction } from '../../../mappings/feed/actions.ts';
import { taskProfile } from '../../../mappings/feed/task.ts';
import { r4 } from './canonicals.ts';
import { patientParameters } from './parameters.ts';
import type { Interaction, ResourceDefinition, SearchParameter } from './types.ts';

const whoSees =
  'A person sees their own, through the same client; a service (system scope, authenticated by the structure) those of its client; the structure’s administrator all of the structure’s.';

const whoActs = {
  owner: 'For whoever sees it.',
  structure: 'For whoever of the same structure may deposit (DocumentReference.c), and its administrator.',
};

const act = (name: DepositAction): Interaction => {
  const { definition, documentation, by } = depositActions[name];
  return {
    code: 'operation',
    operation: { name, level: 'instance', methods: ['post'], definition },
    permission: 'u',
    ihe: [],
    dmp: [],
    documentation: `${documentation} ${whoActs[by]} \`If-Match\` is honoured; where the state does not allow it, 409.`,
    versioned: true,
  };
};

/** Each is answered by the store alone, whose pages are cut there. */
const dated = (name: string, definition: string, documentation: string): SearchParameter => ({
  name,
  type: 'date',
  definition,
  documentation: `${documentation} Repeated for a period: eq, ge, gt, le, lt, sa, eb.`,
  single: true,
});
const coded = (name: string, documentation: string): SearchParameter => ({
  name,
  type: 'token',
  definition: r4(`Task-${name}`),
  documentation,
  single: true,
});

export const tasks: ResourceDefinition = {
  type: 'Task',
  profile: taskProfile,
  versioning: 'versioned',
  interactions: [
    {
      code: 'read',
      permission: 'r',
      succeeds: [200, 304],
      ihe: [],
      dmp: [],
      documentation: `How a deposit stands that was accepted with Prefer: respond-async, and what came of it. \`If-None-Match\` with its ETag: 304 as long as it has not changed. ${whoSees}`,
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: [],
      dmp: [],
      documentation: `Deposits that were accepted to be made later, newest first. ${whoSees}`,
    },
    ...(Object.keys(depositActions) as DepositAction[]).map(act),
  ],
  searchParameters: [
    { name: '_id', type: 'token', definition: r4('Resource-id'), single: true },
    dated('_lastUpdated', r4('Resource-lastUpdated'), 'When it last changed.'),
    ...patientParameters(r4('Task-patient')),
    coded('status', 'draft, ready, in-progress, on-hold, completed, failed, cancelled, rejected.'),
    coded(
      'business-status',
      'A code of CodeSystem deposit-state, which tells what failed once from what was tried in vain.',
    ),
    coded('code', 'deposit-document, deposit-set.'),
    coded('group-identifier', 'urn:ietf:rfc:3986|urn:uuid:… of the take-over that it is part of.'),
    dated('authored-on', r4('Task-authored-on'), 'When it was accepted.'),
    dated('modified', r4('Task-modified'), 'When it last changed, as _lastUpdated.'),
  ],
  sortable: ['authored-on'],
};
