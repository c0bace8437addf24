/**
 * What the authorization server is told by its neighbours, in tests: registered clients, structures in force, and Pro Santé Connect as
 * this room sees it. Invented people.
 */
import { randomUUID } from 'node:crypto';
import { IssueError } from '../../mappings/outcome.ts';
import type { AuthorizationEvent } from '../../server/authorization/events.ts';
import type { ProSanteConnect, Professional, PscSession } from '../../server/authorization/psc/types.ts';
import type { AuthorizationParts } from '../../server/authorization/types.ts';
import type { Client, Structure } from '../../server/registry/types.ts';

export const leVerger = '1990100109';
export const lesTilleuls = '1990100208';

const structure = (id: string, name: string, over: Partial<Structure> = {}): Structure => ({
  ...{ id, name, sector: 'SA17', practiceSetting: 'ESSMS', contentType: '11' },
  lps: { name: 'DMP-FHIR', version: '0.1.0', id: 'T', homologation: 'FICTIVE', oid: '2.16.840.1.113883.19.7602' },
  administrators: [],
  professionals: [],
  ...over,
});

export const redirectUri = 'https://app.example/callback';

export const client = (id: string, over: Partial<Client> = {}): Client => ({
  id,
  name: `App ${id}`,
  structures: [leVerger],
  authMethod: 'none',
  grants: ['authorization_code', 'refresh_token'],
  scopes: [
    ...['openid', 'fhirUser', 'profile', 'launch/patient', 'online_access', 'offline_access', 'ITI-67'],
    ...[
      'user/DocumentReference.rs',
      'user/List.rs',
      'user/Patient.rs',
      'patient/DocumentReference.rs',
      'patient/Patient.rs',
    ],
  ],
  redirectUris: [redirectUri],
  postLogoutRedirectUris: ['https://app.example/bye'],
  origins: ['https://app.example'],
  boundTokens: false,
  dpopRequired: false,
  ...over,
});

const doctor: Professional = {
  sub: 'f:00000000-0000-4000-8000-000000000001:899700101233',
  personId: '899700101233',
  family: 'MAUREL',
  given: 'HÉLÈNE',
  acr: 'eidas1',
  authenticatedAt: new Date(0),
  situations: [
    {
      id: '0.0',
      family: 'MAUREL',
      given: 'HÉLÈNE',
      roles: [
        { code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' },
        { code: 'SM18', system: '1.2.250.1.71.4.2.5', display: 'Gériatrie (SM)' },
      ],
      structureIds: [leVerger],
      structureName: 'EHPAD FICTIF LE VERGER',
      sector: 'SA17',
    },
  ],
};

/** Pro Santé Connect, without a wire: whoever is sent there comes back as `who`, or with `refuses`. */
export class FakePsc implements ProSanteConnect {
  who: Professional = doctor;
  /** Seconds ago. */
  authenticated = 0;
  refuses: string | undefined;
  ended: string[] = [];
  readonly origin = 'https://psc.example';

  authorizationUrl: ProSanteConnect['authorizationUrl'] = ({ redirectUri: back, state, nonce }) => {
    const url = new URL('/auth', this.origin);
    url.search = new URLSearchParams({ redirect_uri: back, state, nonce }).toString();
    return Promise.resolve(url);
  };
  callback: ProSanteConnect['callback'] = (back, { state }) => {
    if (this.refuses !== undefined)
      return Promise.reject(new IssueError({ key: 'psc-refused', values: { code: this.refuses } }));
    if (back.searchParams.get('state') !== state || !back.searchParams.has('code')) throw new Error('not asked for');
    return Promise.resolve(this.session());
  };
  session(): PscSession {
    const authenticatedAt = new Date(Math.floor(Date.now() / 1000) * 1000 - this.authenticated * 1000);
    return {
      professional: { ...this.who, authenticatedAt },
      accessToken: randomUUID(),
      idToken: 'psc-id-token',
      expiresAt: new Date(Date.now() + 120_000),
    };
  }
  refresh: ProSanteConnect['refresh'] = (session) => Promise.resolve(session);
  logoutUrl: ProSanteConnect['logoutUrl'] = ({ idToken }, returnTo) => {
    this.ended.push(idToken);
    const url = new URL('/logout', this.origin);
    url.searchParams.set('post_logout_redirect_uri', returnTo);
    return Promise.resolve(url);
  };
  backchannel = () => Promise.reject(new Error('not here'));
  examine = () => Promise.reject(new Error('not here'));
}

/** The neighbours; a test changes what it likes. */
export function neighbours(clients: readonly Client[]) {
  const structures = new Map(
    [structure(leVerger, 'EHPAD FICTIF LE VERGER'), structure(lesTilleuls, 'EHPAD FICTIF LES TILLEULS')].map((s) => [
      s.id,
      s,
    ]),
  );
  const registered = new Map(clients.map((c) => [c.id, c]));
  const events: AuthorizationEvent[] = [];
  const recorder = { isFull: false };
  const psc = new FakePsc();
  const parts: AuthorizationParts = {
    psc,
    clients: {
      byId: (id) => Promise.resolve(registered.get(id)),
      origins: () => [...registered.values()].flatMap((c) => c.origins),
    },
    structures: {
      primary: structures.get(leVerger)!,
      of: (id) => structures.get(id),
      all: () => [...structures.values()],
      materialOf: () => {
        throw new RangeError('none in tests');
      },
      onChange: () => () => undefined,
    },
    record: (event) => {
      if (recorder.isFull) return Promise.reject(new Error('no room'));
      events.push(event);
      return Promise.resolve();
    },
  };
  return { parts, psc, events, recorder, structures, registered };
}
export type Neighbours = ReturnType<typeof neighbours>;
