/** What this room is told of requests: nothing that identifies anybody. */
import type { Response } from 'express';

/** What becomes known of a request while it is answered. */
export interface RequestFacts {
  /** Pattern of the route (`/fhir/DocumentReference/:id`), once found. */
  route?: string;
  /** Rows of the error table that the answer names. */
  problems?: readonly string[];
  /** W3C Trace Context of the client. */
  traceparent?: string;
  /** The same of our own span: set here. */
  span?: string;
}

/** How a request ended. */
export interface RequestEnd {
  /** `DocumentReference.search-type`; absent where none is served. */
  interaction?: string;
  route: string;
  method: string;
  /** `2xx`, or `aborted`: the client left before its answer was complete. */
  status: string;
  /** HTTP status code. */
  code: number;
  problems: readonly string[];
  ms: number;
}

/** Ways into what the request's owner knows of it. */
export interface Facts {
  factsOf: (res: Response) => RequestFacts;
  interactionOf: (res: Response) => string | undefined;
}
