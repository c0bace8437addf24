/** The conformance resources of the project's own. */
import { r4 } from './canonicals.ts';
import { modifiers } from './parameters.ts';
import type { OpenDefinition } from './types.ts';

/** What a conformance resource of ours is found by; `url` also with its version, after a bar. */
const definitionParameters: OpenDefinition['searchParameters'] = [
  { name: '_id', type: 'token', definition: r4('Resource-id') },
  { name: 'url', type: 'uri', definition: r4('conformance-url'), documentation: 'The canonical URL, whole.' },
  { name: 'name', type: 'string', definition: r4('conformance-name'), modifiers: modifiers.string },
  { name: 'version', type: 'token', definition: r4('conformance-version') },
  { name: 'status', type: 'token', definition: r4('conformance-status') },
];

/**
 * The project's own conformance resources (`profiles/`). Open, without a token and from any origin, as `/metadata` is: they
 * hold nothing about anybody, and an answer that carries a code or an extension of ours points at them.
 */
export const openResources: readonly OpenDefinition[] = (
  ['CodeSystem', 'ConceptMap', 'OperationDefinition', 'StructureDefinition'] as const
).map((type) => ({
  type,
  interactions: [
    { code: 'read', ihe: [], dmp: [], documentation: 'One of our own definitions. Open: no token is asked.' },
    { code: 'search-type', ihe: [], dmp: [], documentation: 'Our own definitions. Open: no token is asked.' },
  ],
  searchParameters: definitionParameters,
}));
