/** Failures on demand: the next N calls go wrong in a chosen way. */
import { z } from 'zod';

import { type EndpointName, endpointNames } from './paths.ts';

const times = z.int().min(1).default(1);
/** The endpoint that fails; any when absent. */
const endpoint = z.enum(endpointNames as [EndpointName, ...EndpointName[]]).optional();

/** Each spoils one thing of the next id_token. */
export const idTokenFaults = [
  'wrongNonce',
  'wrongSignature',
  'unknownKey',
  'unsigned',
  'expired',
  'otherAudience',
  'otherIssuer',
  'otherAccessToken',
  'withoutAcr',
  'withoutSubjectNameID',
] as const;
export type IdTokenFault = (typeof idTokenFaults)[number];

/** What an answer of userinfo or of introspection may lack. */
const answerFaults = ['otherSubject', 'userinfoWithoutSubjectNameID', 'inactive'] as const;

const transportFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['down', 'http500', 'garbage']), endpoint, times }),
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0), endpoint, times }),
]);
export type TransportFault = z.infer<typeof transportFault>;

export const pscFault = z.discriminatedUnion('kind', [
  transportFault,
  z.strictObject({ kind: z.enum([...idTokenFaults, ...answerFaults]), times }),
]);
export type PscFault = z.infer<typeof pscFault>;

export const isTransport = (fault: PscFault): fault is TransportFault => transportFault.safeParse(fault).success;
export const isIdTokenFault = (kind: string): kind is IdTokenFault => idTokenFaults.some((k) => k === kind);
