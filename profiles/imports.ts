/** The take-over's OperationDefinitions: `$import` and what belongs to it, from one table. */
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import { importActions, importOperations } from '../mappings/import-operations.ts';

type Parameter = OperationDefinitionParameter;

const parameter =
  (use: 'in' | 'out') =>
  (name: string, type: Parameter['type'], documentation: string, min = 0, max = '1'): Parameter => ({
    ...{ name, use, min, max, documentation },
    type,
  });
const input = parameter('in');
const output = parameter('out');
const group = (name: string, documentation: string, part: Parameter[], max = '*'): Parameter => ({
  ...{ name, use: 'out', min: 0, max, documentation, part },
});

const takeover = (min: number, use = input): Parameter => use('takeover', 'id', 'Id of the take-over.', min);

/** How a take-over stands; the names of the last six are those of the Bulk Data status. */
const status: Parameter[] = [
  takeover(1, output),
  output('name', 'string', 'As it was called.', 1),
  output('state', 'code', 'unconfirmed, running, paused, done or cancelled.', 1),
  output('complete', 'boolean', 'Whether the client has said that nothing more comes.', 1),
  output('documents', 'integer', 'Lines planned.', 1),
  output('perDay', 'integer', 'Documents that the structure plans for a day, with its other open take-overs.', 1),
  output('begin', 'date', 'First day.', 1),
  output('received', 'integer', 'Lines received, those refused at the door included.', 1),
  group('count', 'How many of the received lines are in a state; they add up to received.', [
    output('state', 'code', 'rejected (at the door), or the state of the deposit (CodeSystem deposit-state).', 1),
    output('reason', 'code', 'Row of the error table (CodeSystem error).'),
    output('count', 'integer', 'Lines.', 1),
  ]),
  group(
    'pause',
    'What keeps its documents from being sent now.',
    [
      output(
        'reason',
        'code',
        'Row of the error table: feed-window, feed-daily-cap, feed-breaker, takeover-paused.',
        1,
      ),
      output('until', 'instant', 'Until when, where that is known.'),
    ],
    '1',
  ),
  group(
    'notice',
    'While it is unconfirmed: the message to the CNAM, prepared.',
    [
      output('to', 'string', 'Whom it is for.', 1, '*'),
      output('subject', 'string', 'Subject.', 1),
      output('text', 'string', 'The message.', 1),
      output('eml', 'string', 'The same as a message that mail programs open (RFC 5322).', 1),
    ],
    '1',
  ),
  group(
    'confirmation',
    'That the CNAM was told.',
    [
      output('on', 'date', 'On which day.', 1),
      output('reference', 'string', 'Under which reference.', 1),
      output('at', 'instant', 'When that was confirmed here.', 1),
    ],
    '1',
  ),
  output('transactionTime', 'instant', 'Of this status.', 1),
  output('request', 'url', 'The kick-off.', 1),
  output('requiresAccessToken', 'boolean', 'true', 1),
  group('output', 'Where what was made of it stands.', [
    output('type', 'code', 'Task: the deposits.', 1),
    output('url', 'url', 'Address.', 1),
  ]),
  group('error', 'Where the lines that were refused stand.', [
    output('type', 'code', 'Parameters', 1),
    output('url', 'url', 'Address.', 1),
    output('count', 'integer', 'Lines.', 1),
  ]),
];

/** One line of NDJSON, in an answer to documents or in a report. */
const line =
  'One Parameters a line: `line` (its name), `state` or `result` (accepted, same, refused), `task`, `reason`, `outcome`.';

const definitions: Record<keyof typeof importOperations, Omit<Partial<OperationDefinition>, 'code'>> = {
  import: {
    title: 'Lancer une reprise de documents',
    description:
      'Ours: begins a take-over of documents of the past, in the manner of the Bulk Data import proposal. Above the number of documents a day of which the CNAM must be told first, nothing is taken before that was confirmed. The same `reference` again finds the take-over that is open.',
    affectsState: true,
    parameter: [
      input('name', 'string', 'What it is called, for those who look after it; no patient.', 1),
      input('documents', 'integer', 'How many documents it will have at most.', 1),
      input('begin', 'date', 'First day of feeding; today when absent.'),
      input('contactName', 'string', 'Who answers for it.', 1),
      input('contactEmail', 'string', 'Their address.', 1),
      input('contactPhone', 'string', 'Their telephone.'),
      input('reference', 'string', 'The client’s own name of the take-over: asking twice begins it once.'),
      ...status,
    ],
  },
  'import-documents': {
    title: 'Déposer des documents d’une reprise',
    description: `Ours: takes documents of a take-over, one DocumentReference (ITI-105) a line of NDJSON. ${line}`,
    affectsState: true,
    parameter: [takeover(0), output('return', 'Parameters', line, 1, '*')],
  },
  'import-status': {
    title: 'Avancement d’une reprise',
    description:
      'Ours: the status of a take-over in the manner of the Bulk Data status; without a parameter a `takeover` part for each of the caller’s, newest first.',
    affectsState: false,
    parameter: [takeover(0), ...status],
  },
  'import-report': {
    title: 'Rapport d’une reprise',
    description: `Ours: what became of every line that was received, in their order, a page at a time. ${line}`,
    affectsState: false,
    parameter: [
      takeover(1),
      input('state', 'code', 'Only lines in this state; several with commas.'),
      input('_count', 'integer', 'Lines of a page, 1 to 1000.'),
      input('after', 'string', 'Cursor of the page before.'),
      output('return', 'Parameters', line, 0, '*'),
    ],
  },
  'import-change': {
    title: 'Agir sur une reprise',
    description:
      'Ours: `pause` keeps its documents from being sent, `resume` ends that, `complete` says that no more lines come, `cancel` takes back what was not sent, `confirm` says that the CNAM was told (an administrator of the structure).',
    affectsState: true,
    parameter: [
      takeover(1),
      input('action', 'code', importActions.join(', '), 1),
      input('on', 'date', 'With confirm: the day on which the CNAM was told.'),
      input('reference', 'string', 'With confirm: the reference of the message or of its answer.'),
      ...status,
    ],
  },
};

export const importDefinitions = (): OperationDefinition[] =>
  (Object.keys(importOperations) as (keyof typeof importOperations)[]).map((code) => ({
    resourceType: 'OperationDefinition',
    id: code,
    url: importOperations[code],
    version: '0.1.0',
    name: code.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase()),
    status: 'draft',
    kind: 'operation',
    experimental: false,
    date: '2026-11-28',
    code,
    ...{ system: true, type: false, instance: false },
    ...definitions[code],
  }));
