/**
 * The shape of an interaction: a function from what was asked to what is answered. It knows nothing of Express, sees a
 * caller that was verified and allowed, and throws IssueError or DmpError when it cannot answer.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { Caller } from '../auth/caller.ts';
import type { CallContext, PatientIns } from '../dmp/types.ts';
import type { Pair } from '../search/pairs.ts';
import type { MediaRange, Preferences } from './negotiation.ts';
import type { Language } from './outcome.ts';
import type { Services } from './services.ts';

export interface Call {
  caller: Caller;
  /** Path id, when the interaction has one. */
  id?: string;
  /** Path version, of a vread. */
  version?: string;
  /** Query string and form, in order. */
  pairs: readonly Pair[];
  /** Parsed JSON body of a create or transaction. */
  body?: unknown;
  accept: readonly MediaRange[];
  prefer: Preferences;
  language: Language;
  requestId: string;
  /** Body of a patch, as it came: its form depends on its Content-Type. */
  payload?: { contentType: string; bytes: Uint8Array };
  ifNoneMatch?: string;
  ifMatch?: string;
  /** `Range` and `If-Range` of a GET. */
  range?: string;
  ifRange?: string;
  /** Conditional create. */
  ifNoneExist?: string;
  /** Fires when the client is gone. */
  signal: AbortSignal;
}

/** A body that is not a resource, streamed. `length` in bytes when known beforehand. */
export interface RawBody {
  contentType: string;
  length?: number;
  /** Consumed once; not at all for HEAD or when the client leaves. */
  open: () => AsyncIterable<Uint8Array>;
  /** Always called in the end, read or not. */
  dispose: () => Promise<void>;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  resource?: Resource;
  raw?: RawBody;
}

export type Handler = (call: Call, services: Services) => Promise<Reply>;

/** The id of an interaction whose route has one. */
export function idOf({ id }: Call): string {
  if (id === undefined) throw new RangeError('a route without id');
  return id;
}

/** What the DMP client needs to know of a call. */
export function callContext(call: Call, patient?: PatientIns): CallContext {
  return {
    requester: call.caller,
    ...(patient ? { patient } : {}),
    signal: call.signal,
    requestId: call.requestId,
  };
}
