/**
 * Deposits of the feed as Task: the profile, its extensions, its code systems and its operations, all derived from the tables of
 * `mappings/feed/`.
 */
import type { CodeSystem, OperationDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { depositActions, longestReason, type DepositAction } from '../mappings/feed/actions.ts';
import {
  depositInputs,
  depositKinds,
  depositOutputs,
  depositStates,
  extAttempts,
  extNextAttempt,
  inputSystem,
  kindSystem,
  outputSystem,
  stateSystem,
  taskProfile,
} from '../mappings/feed/task.ts';
import { codeSystem, conceptOf, type Row as CodeRow } from './code-system.ts';
import { extensionDefinition, profileDefinition, type Row } from './structure.ts';

const date = '2026-11-28';

const coded = (rows: Record<string, Omit<CodeRow, 'code'>>): CodeRow[] =>
  Object.entries(rows).map(([code, { fr, en, definition = '' }]) => ({ code, fr, en, definition }));

const codeSystems = (): CodeSystem[] => [
  codeSystem(
    {
      url: stateSystem,
      name: 'DepositState',
      title: 'État d’un dépôt différé',
      description: `where a deposit of the feed stands (Task.businessStatus). Task.status of each: ${Object.entries(
        depositStates,
      )
        .map(([state, { status }]) => `${state} → ${status}`)
        .join(', ')}.`,
      date,
    },
    coded(depositStates).map(conceptOf),
  ),
  codeSystem(
    {
      url: kindSystem,
      name: 'DepositKind',
      title: 'Nature d’un dépôt différé',
      description: 'what a deposit of the feed is (Task.code).',
      date,
    },
    Object.values(depositKinds).map(conceptOf),
  ),
  codeSystem(
    {
      url: inputSystem,
      name: 'DepositInput',
      title: 'Contenu d’un dépôt différé',
      description: 'what a deposit of the feed is made of (Task.input.type).',
      date,
    },
    coded(depositInputs).map(conceptOf),
  ),
  codeSystem(
    {
      url: outputSystem,
      name: 'DepositOutput',
      title: 'Résultats d’un dépôt différé',
      description: 'what came of a deposit of the feed (Task.output.type).',
      date,
    },
    coded(depositOutputs).map(conceptOf),
  ),
];

/** What every Task of this server has, in the order of R4. */
const rows: readonly Row[] = [
  ['extension', '1..2'],
  ['groupIdentifier', '0..1', { comment: 'urn:uuid of the take-over that it is part of.' }],
  ['status', '1..1'],
  [
    'statusReason',
    '0..1',
    { comment: 'Row of the error table, with its sentence; of a declined one what the person said.' },
  ],
  ['businessStatus', '1..1'],
  ['businessStatus.coding', '1..1', { patternCoding: { system: stateSystem } }],
  ['intent', '1..1', { fixedCode: 'order' }],
  ['code', '1..1'],
  ['code.coding', '1..1', { patternCoding: { system: kindSystem } }],
  ['focus', '0..1', { comment: 'Once the DMP has it: the DocumentReference, or of a set its List.' }],
  ['for', '1..1', { comment: 'Patient/<opaque id>.' }],
  ['executionPeriod', '0..1', { comment: 'Its end: when it came to its end.' }],
  ['authoredOn', '1..1', { comment: 'When it was accepted: from then on it is durable.' }],
  ['lastModified', '1..1'],
  ['requester', '1..1', { comment: 'The structure, by its Struct_IdNat. No identifier of a person stands in a Task.' }],
  ['input', '0..*', { comment: 'While it is proposed, and for who may know it: its documents, contained.' }],
  ['output', '0..*'],
];

/** The operations of a Task. */
function operationDefinition(name: DepositAction): OperationDefinition {
  const { definition, title, documentation, ...action } = depositActions[name];
  const reason: OperationDefinition['parameter'] = [
    {
      name: 'reason',
      use: 'in',
      min: 0,
      max: '1',
      documentation: `Why, in words, up to ${longestReason} characters; kept encrypted, shown as statusReason.text.`,
      type: 'string',
    },
  ];
  return {
    resourceType: 'OperationDefinition',
    id: `Task-${name}`,
    url: definition,
    version: '0.1.0',
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}Deposit`,
    title,
    status: 'draft',
    kind: 'operation',
    experimental: false,
    date,
    description: `Ours: ${documentation}`,
    affectsState: true,
    code: name,
    resource: ['Task'],
    system: false,
    type: false,
    instance: true,
    parameter: [
      ...('hasReason' in action ? reason : []),
      { name: 'return', use: 'out', min: 1, max: '1', documentation: 'The Task as it is then.', type: 'Task' },
    ],
  };
}

/** Definitions of Task. */
export const taskDefinitions = (): (CodeSystem | StructureDefinition | OperationDefinition)[] => [
  ...codeSystems(),
  profileDefinition(
    {
      url: taskProfile,
      name: 'DepositTask',
      title: 'Dépôt différé',
      description:
        'Ours: a deposit that was accepted to be made later (Prefer: respond-async), from its acceptance to what came of it. Holds no INS; names of persons and titles only in what is contained of a proposal, for who may know it.',
      date,
      experimental: false,
    },
    'Task',
    rows,
  ),
  extensionDefinition(
    {
      url: extAttempts,
      name: 'DepositAttempts',
      title: 'Nombre de tentatives',
      description:
        'how many times the deposit was sent, or tried to be. R4’s Task counts repetitions of an order, not attempts.',
      date,
    },
    ['Task'],
    [{ code: 'unsignedInt' }],
  ),
  extensionDefinition(
    {
      url: extNextAttempt,
      name: 'DepositNextAttempt',
      title: 'Prochaine tentative',
      description:
        'not before when the deposit is tried again. R4’s executionPeriod is about what has happened, its restriction about what a requester allows.',
      date,
    },
    ['Task'],
    [{ code: 'instant' }],
  ),
  ...(Object.keys(depositActions) as DepositAction[]).map(operationDefinition),
];
