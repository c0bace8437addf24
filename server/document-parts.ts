/** What the OpenAPI document tells of beside the FHIR API, each part by the room that serves it. */
import { adminPart } from './admin/openapi.ts';
import { authorizationPart } from './authorization/openapi.ts';
import { consolePart } from './console/openapi.ts';
import type { DocumentPart } from './openapi/types.ts';

export interface Served {
  admin: boolean;
  /** `services`: without Pro Santé Connect, whom persons sign in with. */
  authorization: 'persons' | 'services' | 'no';
  /** Of a demonstration: the last exchanges, for integrators. */
  exchanges: boolean;
}

/** @param served by default everything that this product can serve */
export const documentParts = (
  { admin, authorization, exchanges }: Served = { admin: true, authorization: 'persons', exchanges: true },
): DocumentPart[] => [
  ...(authorization === 'no' ? [] : [authorizationPart(authorization === 'persons')]),
  ...(admin ? [adminPart()] : []),
  ...(exchanges ? [consolePart()] : []),
];
