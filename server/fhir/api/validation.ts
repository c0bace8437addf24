/** `$validate`, on every type that can be deposited. */
import type { Interaction, Permission } from './types.ts';

/** R4's `$validate`, with the rules and the rehearsal of a deposit. */
export const validation = (permission?: Permission): Interaction => ({
  code: 'operation',
  operation: {
    name: 'validate',
    level: 'type',
    methods: ['post'],
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  },
  ...(permission ? { permission } : {}),
  ihe: [],
  dmp: ['TD0.2', 'TD3.1b', 'TD3.1a'],
  documentation:
    'What a deposit would say, by the same engine, and nothing is sent: every problem in one OperationOutcome. `mode` = create, profile; `profile` chooses the rules.',
});
