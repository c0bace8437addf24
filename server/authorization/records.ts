/**
 * What this room keeps beside the models of oidc-provider: who logged in, in whose name a grant acts, how far somebody has come with
 * the pages of a login. Each for a while, encrypted, known by a secret id.
 */
import type { PatientIns, PurposeOfUse } from '../dmp/types.ts';
import type { OauthStore } from '../store/types.ts';
import type { Professional, PscRequest, PscSession } from './psc/types.ts';

/** Somebody whom Pro Santé Connect has authenticated. */
export interface Login {
  session: PscSession;
}

/** In whose name a grant acts, why, and for whom. What is issued under it says this. */
export interface GrantContext {
  person: {
    /** PS_IdNat. */
    id: string;
    family: string;
    given: string;
    /** `system` is an OID. */
    roles: { code: string; system: string; display: string }[];
    /** `psc`: authenticated by Pro Santé Connect. */
    strength: 'local' | 'psc';
    /** Seconds since 1970. */
    authenticatedAt: number;
    isAdministrator: boolean;
    /** Acts there by the structure's list alone, and as long as they are on it. */
    byList?: true;
  };
  structure: { id: string; name: string };
  purpose: PurposeOfUse;
  /** Seconds since 1970: when everything under this grant is over. */
  endsAt: number;
  /** The patient of the launch: our `Patient.id`, and the INS. */
  patient?: { id: string; ins: PatientIns };
  /** With `bris_de_glace`. */
  emergency?: {
    reason: string;
    patient: PatientIns;
    confirmed: { family: string; given: string; birthDate: string };
  };
  /** « Connexion secrète ». */
  secret?: true;
  /** The login that it came from, where there was one. */
  loginId?: string;
}

/** How far the pages of one authorization request have come. */
export interface Steps {
  /** Stands in every form. */
  csrf: string;
  loginId?: string;
  /** The situation (`Situation.id`) and the structure (Struct_IdNat) that were chosen. */
  choice?: { situation: string; structure: string };
  patient?: { id: string; ins: PatientIns; label: string };
  emergency?: NonNullable<GrantContext['emergency']>;
  /** Row of the texts that says why the app gets nothing. */
  refusal?: string;
}

/** A browser that was sent to Pro Santé Connect, known by its `state`. */
export interface Errand {
  /** Of the interaction that it comes back to. */
  uid: string;
  request: PscRequest;
  /** With which query it came back, once it did. */
  back?: string;
}

interface Kinds {
  Login: Login;
  Context: GrantContext;
  Steps: Steps;
  Errand: Errand;
  /** Where a browser goes after Pro Santé Connect has ended its session. */
  Farewell: { returnTo: string };
}

export interface Links {
  grant?: string;
  session?: string;
}

export interface Records {
  put<K extends keyof Kinds>(kind: K, id: string, content: Kinds[K], expiresAt: Date, links?: Links): Promise<void>;
  /** Undefined also for what has expired. */
  get<K extends keyof Kinds>(kind: K, id: string): Promise<Kinds[K] | undefined>;
  /** Once only. */
  take<K extends keyof Kinds>(kind: K, id: string): Promise<Kinds[K] | undefined>;
}

export function recordsOf(oauth: OauthStore): Records {
  return {
    put: (kind, id, content, expiresAt, links = {}) => oauth.put({ kind, id, content, expiresAt, ...links }),
    async get<K extends keyof Kinds>(kind: K, id: string) {
      const found = await oauth.find(kind, id);
      return found === undefined || found.expiresAt <= new Date() ? undefined : (revived(found.content) as Kinds[K]);
    },
    async take<K extends keyof Kinds>(kind: K, id: string) {
      return revived(await oauth.take(kind, id)) as Kinds[K] | undefined;
    },
  };
}

/** JSON has no instants: those of a PscSession are made again. */
function revived(content: unknown): unknown {
  const session = (content as Partial<Login> | undefined)?.session;
  if (session === undefined) return content;
  const professional: Professional = {
    ...session.professional,
    authenticatedAt: new Date(session.professional.authenticatedAt),
  };
  return { ...(content as Login), session: { ...session, professional, expiresAt: new Date(session.expiresAt) } };
}

/** Seconds since 1970. */
export const epoch = (date: Date): number => Math.floor(date.getTime() / 1000);
