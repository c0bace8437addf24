/** The two professionals of the fictional care home for whom demonstration tokens are made. */
import { oidToSystem } from '../../mappings/terminology/systems.ts';

/** TRE_G15-ProfessionSante and TRE_R01-EnsembleSavoirFaire-CISIS, as FHIR systems. */
const profession = oidToSystem('1.2.250.1.71.1.2.7');
const specialty = oidToSystem('1.2.250.1.71.4.2.5');

export interface Person {
  /** PS_IdNat: `8` and the RPPS number. */
  id: string;
  family: string;
  given: string;
  roles: { system: string; code: string; display: string }[];
  /** How the person was authenticated: by the establishment, or by Pro Santé Connect. */
  authentication: 'local' | 'psc';
  /** SMART App Launch 2.2. */
  scopes: string[];
}

export const people = {
  /** Authenticated by the care home: may feed. */
  nurse: {
    id: '899700204581',
    family: 'LE BIHAN',
    given: 'YANN',
    roles: [{ system: profession, code: '60', display: 'Infirmier' }],
    authentication: 'local',
    scopes: [
      'user/Patient.rs',
      'user/DocumentReference.crus',
      'user/List.crus',
      'user/Binary.cr',
      'user/Subscription.cruds',
    ],
  },
  /** Authenticated by Pro Santé Connect: may list, read, and change what PATCH changes. */
  doctor: {
    id: '899700101233',
    family: 'MAUREL',
    given: 'HÉLÈNE',
    roles: [
      { system: profession, code: '10', display: 'Médecin' },
      { system: specialty, code: 'SM18', display: 'Gériatrie (SM)' },
    ],
    authentication: 'psc',
    scopes: [
      'user/Patient.rs',
      'user/DocumentReference.rus',
      'user/List.rs',
      'user/Binary.r',
      'user/Subscription.cruds',
    ],
  },
} satisfies Record<string, Person>;
