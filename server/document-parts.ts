/** What the OpenAPI document tells of beside the FHIR API, each part by the room that serves it. */
import { adminPart } from './admin/openapi.ts';
import { authorizationPart } from './authorization/openapi.ts';
import type { DocumentPart } from './openapi/types.ts';

export interface Served {
  admin: boolean;
  /** `services`: without Pro Santé Connect, whom persons sign in with. */
  authorization: 'persons' | 'services' | 'no';
}

/** @param served by default everything that this product can serve */
export const documentParts = (
  { admin, authorization }: Served = { admin: true, authorization: 'persons' },
): DocumentPart[] => [
  ...(authorization === 'no' ? [] : [authorizationPart(authorization === 'persons')]),
  ...(admin ? [adminPart()] : []),
];
