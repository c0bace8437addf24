/**
 * What happens beside the REST API and is on record all the same: logins, access tokens, changes of the registry of structures and
 * clients, restores. For the authorization server and the administration, which wait for it before they answer.
 */
import type { What } from '../../mappings/audit/record.ts';
import { withoutIns } from '../../mappings/ins.ts';
import { record, type Author, type RecordRoom } from './record.ts';
import type { Config } from '../config.ts';

export interface SecurityEvent {
  /** `login`: in or out; `token`: issued, exchanged, refreshed, revoked (ITI-71); `restore`: of the database, by a command. */
  kind: 'login' | 'token' | 'registration' | 'restore';
  outcome: 'success' | 'refused' | 'failure';
  /** Who it is of: the person, once known; else the client and its structure. Absent: nobody who was known. */
  author?: Author;
  requestId?: string;
  /** Our `Patient.id`: of the launch, or of the emergency. */
  patientId?: string;
  /** Network address of the client, as the trusted proxies say it, and its trace (`traceparentOf`). */
  address?: string;
  traceparent?: string;
  /** Rows of the error table: why it was refused. */
  problems?: readonly string[];
  /** Of a token: the parameters of the request; those that are secret, or name somebody, are left out. */
  request?: Readonly<Record<string, unknown>>;
  /** What else is to be known: ids and codes, nothing secret, nobody's INS. */
  details?: Readonly<Record<string, string | number | boolean>>;
}

export interface SecurityRoom extends RecordRoom {
  config: RecordRoom['config'] & Pick<Config, 'STRUCTURE_ID'>;
}

/** What a token request may say in its record (RFC 6749, 7636, 8693, 8707); assertions, codes, tokens and secrets never. */
const spoken = [
  ...['grant_type', 'client_id', 'scope', 'resource', 'audience', 'redirect_uri', 'code_challenge_method'],
  ...['requested_token_type', 'subject_token_type', 'client_assertion_type', 'token_type_hint'],
];

const requestOf = (request: SecurityEvent['request'] = {}): string =>
  new URLSearchParams(
    spoken.flatMap((name) => {
      const value = request[name];
      return typeof value === 'string' ? [[name, withoutIns(value).slice(0, 500)] as [string, string]] : [];
    }),
  ).toString();

/** @throws RecordUnavailable: what was asked must be refused then (`audit-unavailable`, 503) */
export async function recordSecurity(room: SecurityRoom, event: SecurityEvent): Promise<void> {
  const { kind, outcome, author, requestId, patientId, address, traceparent, problems, request, details } = event;
  const what: What = {
    ...details,
    ...(kind === 'token' ? { query: requestOf(request) } : {}),
    ...(address === undefined ? {} : { address }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(problems === undefined ? {} : { problems: [...problems] }),
  };
  await record(room, author ?? { structure: { id: room.config.STRUCTURE_ID }, clientId: '' }, {
    kind,
    outcome,
    ...(requestId === undefined ? {} : { requestId }),
    ...(patientId === undefined ? {} : { patientId }),
    details: what,
  });
}
