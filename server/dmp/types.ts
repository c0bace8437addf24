/**
 * The words that the rooms around the DMP client share: who asks, for which patient, and what a declared transaction is.
 */
import type { Seal } from './seal.ts';
import type { VihfCache } from './vihf-cache.ts';
import type { Profession, RoleProblem } from '../../mappings/rights/professions.ts';
import type { XmlNode } from '../../mappings/xml/tree.ts';

/** VIHF authentication modes that a server can use (DIRECTE needs the card in the reader: never emitted here). */
export type VihfMode = 'INDIRECTE' | 'INDIRECTE_RENFORCEE';
/** TRE_R248. */
export type PurposeOfUse = 'normal' | 'bris_de_glace' | 'centre_15';

/** A right that a call needs and the requester lacks; each is a row `dmp-rights-<code>` of the error table. */
export type MissingRight =
  RoleProblem | 'automaton' | 'structure' | 'purpose' | 'reason' | 'psc' | 'rpps' | 'mode' | 'new-authorizations';

/** The person on whose behalf the DMP is called, as the VIHF names them (dmp-wire §2.2–2.3). */
export interface Requester {
  /** PS_IdNat, e.g. `899700204581`; a person without RPPS: `3<FINESS>/<internal id>`. */
  personId: string;
  family: string;
  given: string;
  /** 1..3 roles: profession (TRE_G15), then specialty where the profession asks for one. `system` is an OID. */
  roles: { code: string; system: string; display: string }[];
  /** The deployer's row of the profession (PROFESSIONS_FILE), when it has one. */
  profession?: Profession;
  structure: {
    /** Struct_IdNat, equal to the OU of the structure's certificates. */
    id: string;
    name: string;
    /** JDV_J61, e.g. `SA17`. */
    sector: string;
  };
  /** `psc`: authenticated by Pro Santé Connect (two factors): may use INDIRECTE_RENFORCEE. `local`: by the structure. */
  strength: 'local' | 'psc';
  authenticatedAt: Date;
  /** `exp` of the token. */
  expiresAt?: Date;
  purpose: PurposeOfUse;
  /** Free text, only with `bris_de_glace`. */
  reason?: string;
  /** « Connexion secrète »: what is done for a minor stays invisible to the legal representatives (dmp-wire §2.2). */
  secret?: true;
  /** Only with `bris_de_glace`: the one patient that it opens, as the professional confirmed who that is. */
  emergency?: EmergencyAccess;
  /** What is asked was granted for this patient only (`patient/` scopes): no other record may be touched. */
  onlyPatient?: PatientIns;
}

/** What a professional confirmed when asking for « bris de glace » (dmp-wire §8), from the claims of the token. */
export interface EmergencyAccess {
  patient: PatientIns;
  /** As the professional typed them; `birthDate` is yyyy-mm-dd. */
  confirmed: { family: string; given: string; birthDate: string };
  /** When the token was issued: the time-box starts here. */
  grantedAt: Date;
  /** `jti` of the token: what was examined, and is on record. */
  tokenId: string;
}

/** An INS with its authority. */
export interface PatientIns {
  /** 15 characters (13 + key). */
  value: string;
  /** OID without prefix, e.g. `1.2.250.1.213.1.4.10`. */
  oid: string;
}

export interface CallContext {
  requester: Requester;
  /** Goes into the VIHF as resource-id; absent only for transactions about no patient. */
  patient?: PatientIns;
  signal?: AbortSignal;
  requestId?: string;
  /** The request that it is part of, for its record. */
  trail?: CallTrail;
  /** Of a submission: `takeover` lets the others go first. By default `live`. */
  lane?: Lane;
  /** How long a submission may wait for its turn, in milliseconds; by default as the client was told. */
  patienceMs?: number;
  /** Told once how it went, before the caller hears of it. */
  onEnd?: (details: CallDetails) => void;
}

export type Lane = 'live' | 'takeover';

/** A turn to submit: used at once, or lost. */
export interface Turn {
  /** Whether it may still be used. */
  isFresh(): boolean;
}

export interface TurnRequest {
  lane: Lane;
  /** How long it may wait, in milliseconds. */
  patienceMs: number;
  /** How many documents are submitted, for the daily cap; 0 when they were counted already. */
  documents: number;
  signal?: AbortSignal;
}

/** How fast submissions of a structure may follow each other. */
export interface Pacing {
  /**
   * Waits for a turn.
   * @throws IssueError feed-pace, feed-daily-cap (429), feed-breaker (503), each with when to come back; feed-set-over-cap (422);
   * AbortError
   */
  turn(structure: string, asked: TurnRequest): Promise<Turn>;
  /**
   * How a submission went, and how long the answer took.
   * @param outcome `refused`: the DMP is there and says no; `failed`: it is not, or not able to
   */
  report(structure: string, outcome: 'ok' | 'refused' | 'failed', ms: number): Promise<void>;
}

/** What the record of a call takes from the request that causes it. */
export interface CallTrail {
  /** W3C Trace Context: the client's, or that of our own span where it has none. */
  traceparent?: string;
  /** The same of our own span of the request, when traces are made: what its calls hang under. */
  span?: string;
  /** `Patient.id` of an INS. */
  patientIdOf(patient: PatientIns): Promise<string>;
}

export interface CallDetails {
  /** code of the DmpError */
  code?: string;
  mode?: VihfMode;
  /** Times that the message was sent: 0 when it was refused before. */
  attempts: number;
  /** How long it waited for its turn, in milliseconds. */
  waitedMs?: number;
  requestId?: string;
  /** W3C Trace Context of the call, when it is part of a trace. */
  traceparent?: string;
  /** The answer named another wsa:Action than the one declared. */
  otherAction?: string;
}

/** A message as it went over the wire, and what came back: holds persons, for whoever masks it. */
export interface WireMessage {
  transaction: string;
  requestId?: string;
  /** Struct_IdNat of whose message it is. */
  structure: string;
  /** The SOAP envelope that was sent. */
  envelope: string;
  /** What went with it. */
  parts: readonly { contentType: string; bytes: number }[];
  /** The envelope of the answer, read. */
  answer?: XmlNode;
}

export interface OutgoingPart {
  /** Content-ID without angle brackets. */
  cid: string;
  contentType: string;
  body: Uint8Array;
}

/** What a transaction needs besides its input: the structure's seal, the clock, the software's own identifiers. */
export interface DmpEnvironment {
  /** ORG SIGN key and its certificate chain: seals the VIHF and the XAdES of the set. */
  seal: Seal;
  /** Assertions that may be used again, sealed by this seal; absent: every call has its own. */
  vihfs?: VihfCache;
  /** What the DMP's documents leave open, from the settings. */
  options: {
    vihfVersion: string;
    vihfSignature: 'rsa-sha256' | 'rsa-sha1';
    /** AuthnContextDecl of INDIRECTE_RENFORCEE. */
    airContextDecl: string;
    contextClass: string;
    xadesDigest: 'sha1' | 'sha256';
    /** Whether ITI-41 says hash and size. */
    sendHash: boolean;
    /** The DMP's words for an authorisation that is expired, absent, forbidden. */
    authorizationWords: readonly [expired: string, none: string, forbidden: string];
  };
  lps: { name: string; version: string; id: string; homologation: string; oid: string };
  now(): Date;
  newUuid(): string;
}

export interface OutgoingMessage {
  /** The SOAP body's content, serialised. */
  body: string;
  /** The parts that it includes by XOP: with one or more of them the message goes out as MTOM. */
  parts?: OutgoingPart[];
  /** Looks at the element of the answer for what it says of the question. @throws DmpError kind `mismatch` */
  check?(answer: XmlNode): void;
}

/** Last segment of a service's URL (dmp-wire §1.1). */
export type DmpService = 'patients' | 'patientsSpecific' | 'patientsPDQ' | 'habilitations' | 'registry' | 'repository';

/**
 * A DMP transaction, declared: one file per transaction says what it is, and `run.ts` does the rest
 * (envelope, VIHF, TLS, MTOM, time-outs, errors).
 */
export interface Transaction<In, Out> {
  /** The DMP's own number, e.g. `TD3.1a`. */
  name: string;
  /** Service path segment, e.g. `registry`. */
  service: DmpService;
  /** wsa:Action of the request, and of the answer. */
  action: string;
  responseAction: string;
  /** The element that a good answer's body holds: what decides, where actions vary (dmp-wire §1.2). */
  responseRoot: { ns: string; name: string };
  /** Authentication modes in which the DMP takes it (dmp-wire §1.4), the one to prefer first. */
  modes: readonly VihfMode[];
  purposes: readonly PurposeOfUse[];
  /**
   * What the requester lacks for an input in one of the modes, where a note of the matrix limits it; the other modes are
   * still tried.
   */
  limits?(input: In, mode: VihfMode, requester: Requester): MissingRight | undefined;
  /**
   * What the patient must allow before it may be sent (`server/consent/`): feeding wants the non-opposition, consultation the
   * consent and a valid authorisation in the DMP. There is no default: whoever declares a transaction says it.
   */
  consent: 'none' | 'feeding' | 'consultation';
  /** May be sent again after a lost answer without a second effect. */
  idempotent: boolean;
  /** The DMP bounds how often it may be sent: goes out in its turn (`Pacing`). @returns documents that it submits */
  paced?(input: In): number;
  build(input: In, context: CallContext, env: DmpEnvironment): OutgoingMessage;
  /** What of an answer is said in words that a setting tells, in our own. */
  translate?(answer: Out, env: DmpEnvironment): Out;
  /** Reads the answer; the reader is given parsed XML or, for TD3.2, the streamed parts. */
  read: AnswerReader<In, Out>;
}

/**
 * How an answer is read: from the element in the SOAP body, or with the stream of MIME parts. What is neither DmpError nor
 * from the sink counts as an unreadable answer.
 */
export type AnswerReader<In, Out> =
  | { kind: 'tree'; read(body: XmlNode, input: In): Out }
  | { kind: 'parts'; read(answer: StreamedAnswer, input: In): Promise<Out> };

/** A multipart answer (or a plain one, with no part) whose parts are read as they arrive, in the order of the wire. */
export interface StreamedAnswer {
  /** SOAP body's first element. */
  root: XmlNode;
  /** The parts that follow the root part; each must be consumed before the next is asked for. */
  parts(): AsyncIterable<{ cid: string; contentType: string; body: AsyncIterable<Uint8Array> }>;
}

/**
 * Why a DMP call failed. `kind` and `code` choose the row of the error table; `context` is kept for the audit only and
 * never holds a person.
 */
export type DmpFailureKind =
  | 'registry' // RegistryError: code = XDS error code
  | 'fault' // SOAP fault: code = local name of subcode, else of code
  | 'hl7' // AE/AR acknowledgement: code of acknowledgementDetail
  | 'habilitation' // status other than DMPOk (TD0.3, TD0.4, TD1.6): code = the status
  | 'rights' // no VIHF mode fits: refused before any call
  | 'timeout'
  | 'network' // refused, reset, DNS
  | 'tls'
  | 'http' // an HTTP status without SOAP: code = status
  | 'garbage' // not XML, not the answer expected
  | 'truncated' // MTOM cut, missing part
  | 'mismatch' // RelatesTo, patient or uniqueId is not what was asked
  | 'too-large';

export class DmpError extends Error {
  constructor(
    readonly kind: DmpFailureKind,
    readonly code: string,
    readonly transaction: string,
    /** codeContext or fault reason, as the DMP worded it, identifiers of persons taken out. */
    readonly context?: string,
    /** All registry errors, as the registry words them (identifiers of persons taken out). */
    readonly errors: readonly {
      code: string;
      context?: string;
      location?: string;
      severity: string;
      /** FHIRPath of what it is about, where whoever made the request could tell. */
      expression?: string;
    }[] = [],
    options?: ErrorOptions,
  ) {
    super(`${transaction}: ${kind} ${code}`, options);
    this.name = 'DmpError';
  }
}

/** The client, as the other rooms see it. */
export interface DmpClient {
  call<In, Out>(transaction: Transaction<In, Out>, input: In, context: CallContext): Promise<Out>;
  /**
   * Everything of a call but its sending: rights, message, VIHF.
   * @throws DmpError kind `rights`; what the transaction's `build` throws
   */
  rehearse<In>(transaction: Transaction<In, unknown>, input: In, context: CallContext): void;
  close(): Promise<void>;
}
