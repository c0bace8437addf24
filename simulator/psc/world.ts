/**
 * Everything the stand-in remembers, in memory: sessions, codes, tokens, logins and CIBA requests under way. A reset forgets
 * all of it.
 */
import { randomUUID } from 'node:crypto';

import type { CallLog } from '../control/calls.ts';
import type { FaultQueue } from '../control/queue.ts';
import type { Client } from './clients.ts';
import type { PscFault } from './faults.ts';
import type { Keys } from './keys.ts';
import type { Person } from './people.ts';
import type { PscSettings } from './settings.ts';

/** A login, whatever client it was for first (SSO). */
export interface Session {
  /** `sid` and `session_state` of the tokens. */
  id: string;
  person: Person;
  acr: string;
  /** Milliseconds. */
  authTime: number;
  lastUsed: number;
  ended: boolean;
}

/** One authorization of one client: what comes of it is revoked together. */
export interface Grant {
  client: Client;
  session: Session;
  scope: string;
  nonce?: string;
  revoked: boolean;
}

export interface Code {
  grant: Grant;
  redirectUri: string;
  challenge?: string;
  /** Milliseconds. */
  expires: number;
  used: boolean;
}

export interface Token {
  kind: 'access' | 'refresh';
  grant: Grant;
  claims: Record<string, unknown>;
  /** Milliseconds. */
  expires: number;
  revoked: boolean;
}

/** An authorization request whose login page is open. */
export interface Login {
  client: Client;
  redirectUri: string;
  scope: string;
  state?: string;
  nonce?: string;
  challenge?: string;
  /** The browser that it was opened in. */
  browser: string;
  expires: number;
}

export interface CibaRequest {
  /** By which the professional's side names it: auth_req_id is the client's own. */
  ticket: string;
  client: Client;
  person: Person;
  scope: string;
  bindingMessage: string;
  channel: 'CARD' | 'MOBILE';
  status: 'pending' | 'approved' | 'refused' | 'redeemed';
  /** Once approved. */
  session?: Session;
  /** Milliseconds; seconds for the interval, which grows when it is not kept. */
  expires: number;
  lastPoll?: number;
  interval: number;
}

export interface Call {
  at: string;
  endpoint: string;
  client?: string;
  /** grant_type */
  grant?: string;
  /** `ok`, the code of the refusal, or `injected <kind>`. */
  outcome: string;
}

interface Memory {
  /** By the SSO cookie. */
  cookies: Map<string, Session>;
  sessions: Map<string, Session>;
  logins: Map<string, Login>;
  codes: Map<string, Code>;
  tokens: Map<string, Token>;
  ciba: Map<string, CibaRequest>;
  /** Assertions of private_key_jwt that were seen, and when they end, in milliseconds of the machine. */
  assertions: Map<string, number>;
}

export interface PscWorld extends Memory {
  settings: PscSettings;
  clients: ReadonlyMap<string, Client>;
  people: readonly Person[];
  keys: Keys;
  calls: CallLog<Call>;
  faults: FaultQueue<PscFault>;
  /** `http://localhost:<port>/auth/realms/esante-wallet` */
  issuer: string;
  /** Origin of the wallet: another host than the issuer's, as the real one has. */
  wallet: string;
  /** Where the realm is over mutual TLS. */
  tlsRealm: string;
  /** How far ahead of the machine's clock it believes to be, in milliseconds. */
  ahead: number;
}

const memory = (): Memory => ({
  cookies: new Map(),
  sessions: new Map(),
  logins: new Map(),
  codes: new Map(),
  tokens: new Map(),
  ciba: new Map(),
  assertions: new Map(),
});

/** A world that knows no login yet. */
export const createPscWorld = (fixed: Omit<PscWorld, keyof Memory | 'ahead'>): PscWorld => ({
  ...fixed,
  ...memory(),
  ahead: 0,
});

/** Forgets everything but who is registered. */
export function resetPsc(world: PscWorld): void {
  Object.assign(world, memory());
  world.ahead = 0;
  world.calls.clear();
  world.faults.clear();
}

/** Now, in milliseconds. */
export const now = (world: PscWorld): number => Date.now() + world.ahead;

export function openSession(world: PscWorld, person: Person): Session {
  const at = now(world);
  const session = { id: randomUUID(), person, acr: world.settings.acr, authTime: at, lastUsed: at, ended: false };
  keep(world.sessions, session.id, session, (old) => !isAlive(world, old));
  return session;
}

/** When a session ends, in milliseconds. */
export const sessionEnd = ({ settings }: PscWorld, session: Session): number =>
  Math.min(session.authTime + settings.sessionSeconds * 1000, session.lastUsed + settings.idleSeconds * 1000);

export const isAlive = (world: PscWorld, session: Session): boolean =>
  !session.ended && now(world) < sessionEnd(world, session);

/** A token that was given and is good now. */
export function liveToken(world: PscWorld, text: string | undefined): Token | undefined {
  const token = text === undefined ? undefined : world.tokens.get(text);
  const good =
    token !== undefined &&
    !token.revoked &&
    !token.grant.revoked &&
    now(world) < token.expires &&
    isAlive(world, token.grant.session);
  return good ? token : undefined;
}

const many = 10_000;

/** Keeps an entry of a map whose entries end, and lets go of those that have when there are many. */
export function keep<Entry>(map: Map<string, Entry>, key: string, entry: Entry, hasEnded: (entry: Entry) => boolean) {
  if (map.size > many) for (const [k, e] of map) if (hasEnded(e)) map.delete(k);
  map.set(key, entry);
}
