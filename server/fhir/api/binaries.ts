/** Binary: the documents themselves. */
import type { ResourceDefinition } from './types.ts';

export const binaries: ResourceDefinition = {
  type: 'Binary',
  interactions: [
    {
      code: 'read',
      succeeds: [200, 206, 304],
      permission: 'r',
      ihe: ['ITI-68'],
      dmp: ['TD3.2', 'TD3.1a'],
      documentation:
        'The document itself, verified against the registry; `Accept` chooses raw bytes, a Binary resource, or what a CDA wraps.',
    },
  ],
  searchParameters: [],
};
