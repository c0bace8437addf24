/** A gate that lets everything through, for tests of what lies behind it. */
import type { Gate } from '../../server/consent/gate.ts';

export const openGate: Gate = {
  admit: () => Promise.resolve(),
  purpose: () => [],
  secret: () => Promise.resolve([]),
  feeding: () => Promise.resolve([]),
  explain: () => Promise.resolve({ feeding: [], consultation: [] }),
  learn: () => Promise.resolve(),
  refused: () => Promise.resolve(),
};

/** Settings with which a façade asks for no consent and leaves authorisations to the DMP. */
export const withoutConsents = {
  CONSENT_FEEDING: 'presumed',
  CONSENT_CONSULTATION: 'presumed',
  AUTHORIZATION: 'dmp',
  IDENTITY_QUALIFIED: 'presumed',
} as const;
