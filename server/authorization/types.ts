/**
 * What the authorization server is made of, and what others may add to it.
 */
import type { RequestHandler, Response } from 'express';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { IsTrusted } from '../auth/proxies.ts';
import type { Config } from '../config.ts';
import type { Client, Clients, Structures } from '../registry/types.ts';
import type { Store } from '../store/types.ts';
import type { AuthorizationEvent } from './events.ts';
import type { ProSanteConnect } from './psc/types.ts';

export type Language = 'fr' | 'en';

/** What is known of a request before this room sees it. */
export interface RequestFacts {
  requestId: string;
  language: Language;
  /** Pattern of the route, for the access log. */
  route?: string;
}

/** What others bring. */
export interface AuthorizationParts {
  clients: Clients;
  structures: Structures;
  /** Absent: nobody can log in here, and no app is sent here for it. */
  psc?: ProSanteConnect;
  extensions?: readonly Extension[];
  /** See `events.ts`. */
  record: (event: AuthorizationEvent) => Promise<void>;
}

export interface AuthorizationOptions extends AuthorizationParts {
  config: Config;
  store: Pick<Store, 'oauth' | 'oauthKeys' | 'practitioners' | 'identities' | 'as'>;
  isTrusted: IsTrusted;
  factsOf: (res: Response) => RequestFacts;
  now: () => Date;
  /** Scopes that mean something to the API. */
  apiScopes: readonly string[];
  /** Told of what was not foreseen: the request's id, and the error's name and code; no message. */
  onFailure: (details: object) => void;
}

/** Further claims of an access token (`server/auth/token.ts` lists what is read), and `patient`, `fhirUser` for the client. */
export type TokenClaims = Record<string, unknown>;

/** A grant that oidc-provider does not know. */
export interface ExtensionGrant {
  /** `grant_type` */
  type: string;
  /** Form parameters that it reads, beside those that authenticate the client. */
  parameters: readonly string[];
  /** Those of them that may come more than once. */
  repeated?: readonly string[];
  /** Answers (`ctx.body`) or throws one of oidc-provider's `errors`. */
  handle: (ctx: KoaContextWithOIDC) => Promise<void>;
}

/** What another module adds: grants, features of oidc-provider, claims of the tokens that it causes. */
export interface Extension {
  /** Made anew with each provider: it is replaced when keys change. */
  grants?: (provider: Provider) => readonly ExtensionGrant[];
  features?: Pick<NonNullable<Configuration['features']>, 'ciba' | 'clientCredentials'>;
  /** Asked for each token about to be issued; the first answer counts. Undefined: it is none of ours. */
  claims?: (
    ctx: KoaContextWithOIDC,
    token: Parameters<NonNullable<Configuration['extraTokenClaims']>>[1],
  ) => Promise<TokenClaims | undefined>;
  /** Looks at a verified `client_assertion`, and may refuse it. */
  assertClientJwt?: NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']>;
  /** `grant_type`s that it makes this server speak. */
  grantTypes?: readonly string[];
  /** Parameters that authorization requests may have because of it, with their validators; those run last. */
  parameters?: Exclude<NonNullable<Configuration['extraParams']>, readonly string[] | ReadonlySet<string>>;
  /** The public keys of a client at this moment; undefined: those that are registered by value. */
  clientKeys?: (client: Client) => Promise<readonly Record<string, unknown>[] | undefined>;
  /** Ends what it has under way. */
  close?: () => Promise<void>;
}

/** Members of `.well-known/smart-configuration`. */
export interface SmartConfiguration {
  issuer: string;
  token_endpoint: string;
  authorization_endpoint?: string;
  introspection_endpoint: string;
  revocation_endpoint: string;
  scopes_supported: readonly string[];
  [member: string]: unknown;
}

/** The authorization server, to be mounted. */
export interface AuthorizationServer {
  /** Below the issuer's path. */
  handle: RequestHandler;
  /** Answers RFC 8414's metadata, at a path that is not below the issuer's. */
  metadata: RequestHandler;
  /** Asked each time: the port may be chosen late. */
  smart(): SmartConfiguration;
  /** Opens the keys of this server, as every request that needs them does. @throws DatabaseError, or what keeps them closed */
  openKeys(): Promise<void>;
  /** Ends what is under way behind answers that were given. */
  close(): Promise<void>;
}
