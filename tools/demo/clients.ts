/**
 * Applications of the demonstration, to be registered where nobody has registered any: an app in the browser or on a phone, and a server
 * with a secret of its own. Never in production: both are known to everybody.
 */
import type { Client } from '../../server/registry/types.ts';

/** Where the demonstration's app is called back. */
export const demoCallback = 'http://localhost:8090/callback';

const everyday = ['openid', 'fhirUser', 'profile', 'launch/patient', 'online_access', 'offline_access'];
const types = ['Patient', 'DocumentReference', 'List', 'Binary'];

/**
 * @param structure Struct_IdNat that they act for
 * @param secret of the server, made for this installation
 */
export function demoClients(structure: string, secret: string): Client[] {
  const common = {
    structures: [structure],
    scopes: [
      ...everyday,
      ...types.flatMap((type) => [`user/${type}.rs`, `patient/${type}.rs`]),
      ...['user/DocumentReference.cu', 'user/Consent.cruds', 'user/Subscription.cruds', 'user/AuditEvent.rs'],
      ...['ITI-65', 'ITI-66', 'ITI-67', 'ITI-68'],
    ],
    grants: ['authorization_code', 'refresh_token'] as const,
    redirectUris: [demoCallback],
    postLogoutRedirectUris: ['http://localhost:8090/'],
    boundTokens: false,
    dpopRequired: false,
  };
  return [
    {
      ...common,
      id: 'demo-app',
      name: 'Application de démonstration',
      authMethod: 'none',
      origins: ['http://localhost:8090'],
    },
    {
      ...common,
      id: 'demo-server',
      name: 'DUI de démonstration',
      authMethod: 'client_secret_basic',
      origins: [],
      secret,
    },
  ];
}
