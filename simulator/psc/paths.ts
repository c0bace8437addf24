/** Where the endpoints are, as Pro Santé Connect has them (auth §1.1), and what discovery calls them. */
import type { PscWorld } from './world.ts';

export const realm = '/auth/realms/esante-wallet';
const protocol = `${realm}/protocol/openid-connect`;

export interface Endpoint {
  /** The realm's endpoints are at the issuer's host, the pages for people at the wallet's. */
  host: 'realm' | 'wallet';
  path: string;
  methods: readonly string[];
  /** Member of the discovery document; absent when it is not announced. */
  announced?: string;
  /** Announced for mutual TLS too. */
  tls?: true;
}

export const endpoints = {
  // Not the standard name, under which nothing is served: who ignores that must notice.
  discovery: { host: 'realm', path: `${realm}/.well-known/wallet-openid-configuration`, methods: ['GET'] },
  certs: { host: 'realm', path: `${protocol}/certs`, methods: ['GET'], announced: 'jwks_uri' },
  token: { host: 'realm', path: `${protocol}/token`, methods: ['POST'], announced: 'token_endpoint', tls: true },
  userinfo: {
    host: 'realm',
    path: `${protocol}/userinfo`,
    methods: ['GET', 'POST'],
    announced: 'userinfo_endpoint',
    tls: true,
  },
  introspection: {
    host: 'realm',
    path: `${protocol}/token/introspect`,
    methods: ['POST'],
    announced: 'introspection_endpoint',
    tls: true,
  },
  revocation: {
    host: 'realm',
    path: `${protocol}/revoke`,
    methods: ['POST'],
    announced: 'revocation_endpoint',
    tls: true,
  },
  logout: { host: 'realm', path: `${protocol}/logout`, methods: ['GET', 'POST'], announced: 'end_session_endpoint' },
  ciba: {
    host: 'realm',
    path: `${protocol}/ext/ciba/auth`,
    methods: ['POST'],
    announced: 'backchannel_authentication_endpoint',
    tls: true,
  },
  authorization: { host: 'wallet', path: '/auth', methods: ['GET', 'POST'], announced: 'authorization_endpoint' },
  login: { host: 'wallet', path: '/auth/login', methods: ['POST'] },
  phone: { host: 'wallet', path: '/ecps', methods: ['GET', 'POST'] },
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;
export const endpointNames = Object.keys(endpoints) as EndpointName[];

/** The URL of an endpoint over plain HTTP. */
export function urlOf({ issuer, wallet }: Pick<PscWorld, 'issuer' | 'wallet'>, name: EndpointName): string {
  const { host, path } = endpoints[name];
  return host === 'wallet' ? `${wallet}${path}` : `${issuer}${path.slice(realm.length)}`;
}

/** The URL of an endpoint of the realm over mutual TLS. */
export const tlsUrlOf = ({ tlsRealm }: Pick<PscWorld, 'tlsRealm'>, name: EndpointName): string =>
  `${tlsRealm}${endpoints[name].path.slice(realm.length)}`;
