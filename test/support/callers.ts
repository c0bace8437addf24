/** The people of the fictional care home, as their tokens make them callers (simulator/README.md). */
import type { Caller } from '../../server/auth/caller.ts';

export const nurse: Caller = {
  personId: '899700204581',
  family: 'LE BIHAN',
  given: 'YANN',
  roles: [{ code: '60', system: '1.2.250.1.71.1.2.7', display: 'Infirmier' }],
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER', sector: 'SA17' },
  strength: 'local',
  authenticatedAt: new Date('2026-11-20T09:00:00Z'),
  purpose: 'normal',
  clientId: 'demo',
  scopes: ['user/*.cruds'],
};

/** Signed in by Pro Santé Connect. */
export const doctor: Caller = {
  ...nurse,
  personId: '899700101233',
  family: 'MAUREL',
  given: 'HÉLÈNE',
  roles: [
    { code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' },
    { code: 'SM18', system: '1.2.250.1.71.4.2.5', display: 'Gériatrie' },
  ],
  strength: 'psc',
};
