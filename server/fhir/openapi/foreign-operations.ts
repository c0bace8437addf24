/**
 * The parameters of operations that others define (FHIR R4, IHE, HL7's subscription backport) and whose definition is not among ours:
 * those that are understood here.
 */
import type { OperationDefinitionParameter } from '@medplum/fhirtypes';
import { opMatch, opPix } from '../../../mappings/identity/canonicals.ts';
import { backport } from '../api/canonicals.ts';

type Given = Pick<OperationDefinitionParameter, 'name' | 'type' | 'searchType' | 'documentation'>;
/** What an OperationDefinition says, as far as a client needs it. */
export interface OperationShape {
  parameter: readonly OperationDefinitionParameter[];
}

const input = (given: Given, min = 0, max = '1'): OperationDefinitionParameter => ({ use: 'in', min, max, ...given });
const output = (type: OperationDefinitionParameter['type']): OperationDefinitionParameter => ({
  name: 'return',
  use: 'out',
  min: 1,
  max: '1',
  type,
});

/** By canonical URL. */
export const foreignOperations: Readonly<Record<string, OperationShape>> = {
  [backport('status')]: {
    parameter: [
      input(
        { name: 'id', type: 'id', documentation: 'Of which subscriptions; several with commas (type level).' },
        0,
        '*',
      ),
      input({ name: 'status', type: 'code', documentation: 'Only those of this status (type level).' }, 0, '*'),
      output('Bundle'),
    ],
  },
  [backport('events')]: {
    parameter: [
      input({ name: 'eventsSinceNumber', type: 'integer', documentation: 'From this number on, included.' }),
      input({ name: 'eventsUntilNumber', type: 'integer', documentation: 'Up to this number, included.' }),
      input({ name: 'content', type: 'code', documentation: 'Always id-only, whatever is asked.' }),
      output('Bundle'),
    ],
  },
  [opPix]: {
    parameter: [
      input(
        {
          name: 'sourceIdentifier',
          type: 'string',
          searchType: 'token',
          documentation: 'The identifier that is known, `urn:oid:…|value`.',
        },
        1,
      ),
      input({ name: 'targetSystem', type: 'uri', documentation: 'Domains that are wanted; all when absent.' }, 0, '*'),
      output('Parameters'),
    ],
  },
  [opMatch]: {
    parameter: [
      input({ name: 'resource', type: 'Patient', documentation: 'The person, as far as known.' }, 1),
      input({ name: 'onlyCertainMatches', type: 'boolean', documentation: 'Only the person without doubt.' }),
      input({ name: 'count', type: 'integer', documentation: 'Candidates at most.' }),
      output('Bundle'),
    ],
  },
};
