/**
 * Who the façade speaks for and who speaks to it, as an administrator registered them: structures with their certificates, and OAuth
 * clients. What other rooms may ask of it; how it is kept stands in the store.
 */

/** An establishment in whose name the DMP is called (auth §1.3–1.4). */
export interface Structure {
  /** Struct_IdNat: the OU of its certificates, e.g. `1` and the FINESS number, `3` and the SIRET number. */
  id: string;
  name: string;
  /** JDV_J61, e.g. `SA17`; also the default facility type of a deposit. */
  sector: string;
  /** Default practice setting of a deposit (TRE_A01). */
  practiceSetting: string;
  /** Default contentTypeCode of a submission set (JDV_J59). */
  contentType: string;
  /** The software as the DMP knows it there; the homologation number is a secret, never logged nor shown. */
  lps: { name: string; version: string; id: string; homologation: string; oid: string };
  /** PS_IdNat of its administrators: they read its audit and change its registrations, and read no record by that. */
  administrators: readonly string[];
  /** PS_IdNat of professionals who act here although Pro Santé Connect lists no activity of theirs here (visiting physicians). */
  professionals: readonly string[];
}

/** PEM texts: the certificates (each followed by its chain) and private keys of a structure. */
export interface StructureMaterial {
  /** ORG AUTH_CLI. */
  tls: { cert: string; key: string };
  /** ORG SIGN (cachet). */
  seal: { key: string; chain: string };
}

/** The structures in force, from memory: what is registered, changed or withdrawn elsewhere is seen here within seconds. */
export interface Structures {
  /** The one that the settings name (STRUCTURE_ID …): always there, and the owner of what belongs to no other. */
  readonly primary: Structure;
  /** Undefined: not registered, or withdrawn. Whoever asks must refuse then, never fall back on another. */
  of(id: string): Structure | undefined;
  all(): readonly Structure[];
  /** @throws RangeError for a structure that is not in force */
  materialOf(id: string): StructureMaterial;
  /** Called with the id of each structure whose entry or certificates changed. @returns stops it */
  onChange(listener: (id: string) => void): () => void;
}

export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:openid:params:grant-type:ciba',
] as const;
export type GrantType = (typeof grantTypes)[number];

export const clientAuthMethods = ['none', 'private_key_jwt', 'client_secret_basic', 'tls_client_auth'] as const;
export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** An application that may ask for tokens. Deny by default: what is not listed it may not do. */
export interface Client {
  /** `client_id` */
  id: string;
  name: string;
  /** Struct_IdNat of the structures that it may act for; at least one. */
  structures: readonly string[];
  authMethod: ClientAuthMethod;
  grants: readonly GrantType[];
  /** The most that it may be granted, e.g. `user/DocumentReference.cruds`. */
  scopes: readonly string[];
  /** Compared character by character. */
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  /** Origins of a browser app, for CORS. */
  origins: readonly string[];
  /** Public keys of `private_key_jwt`, by value or by URL (https): one of them. */
  jwks?: { keys: readonly Record<string, unknown>[] };
  jwksUri?: string;
  /** `tls_client_auth`: subject of the client's certificate, RFC 4514 (RFC 8705 §2.1.2). */
  tlsSubject?: string;
  /** `client_secret_basic`; never shown after it was made. */
  secret?: string;
  /** Access tokens are bound to the client's certificate (RFC 8705). */
  boundTokens: boolean;
  /** Access tokens must be bound to a DPoP key (RFC 9449). */
  dpopRequired: boolean;
}

export interface Clients {
  /** Undefined: not registered, or withdrawn. */
  byId(id: string): Promise<Client | undefined>;
  /** Origins of all clients in force. From memory, as `Structures`. */
  origins(): readonly string[];
}
