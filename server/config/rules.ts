/** The settings under “Rules: consent, purposes, identity”. */
import { z } from 'zod';
import { bool, int, type Rows } from './schemas.ts';

/** A name that this machine's calendar knows. */
const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'the IANA name of a time zone');

export const rules = {
  ENVIRONMENT: [
    z.enum(['test', 'training', 'production']).default('test'),
    'In production test INS (OID .10, .11) are refused and production ones (.8, .9) expected. `training`: the DMP’s « environnement de formation », which takes 20 documents a day (FEED_DAILY_CAP); else as `test`.',
  ],
  CONSENT_FEEDING: [
    z.enum(['recorded', 'presumed']).default('recorded'),
    'Whether a deposit needs the patient’s non-opposition on record (`Consent`, topic feeding), or only stops at a recorded opposition.',
  ],
  CONSENT_CONSULTATION: [
    z.enum(['recorded', 'presumed']).default('recorded'),
    'Whether reading a record needs the patient’s consent on record (topic consultation), or only stops at a recorded refusal.',
  ],
  TIME_ZONE: [
    timeZone.default('Europe/Paris'),
    'Where a day begins and ends that a Consent says without time (`dateTime`, `provision.period`), and whose working hours take-overs keep: IANA name, such as `Indian/Reunion`.',
  ],
  AUTHORIZATION: [
    z.enum(['declare', 'check', 'dmp']).default('declare'),
    'Before a professional reads a record, the DMP’s authorisation must be valid: `declare` asks for its status (TD0.2) and declares it (TD0.3) when the patient consents and it is absent or expired (EX_0.3-1010); `check` only asks and refuses; `dmp` leaves it to the DMP.',
  ],
  AUTHORIZATION_WORDS: [
    z
      .string()
      .regex(/^[\w-]+,[\w-]+,[\w-]+$/, 'three words, separated by commas')
      .default('EXPIRE,NON_EXISTE,INTERDIT')
      .transform((words) => words.split(',') as [expired: string, none: string, forbidden: string]),
    'The DMP’s words for an authorisation that has expired, that is absent, and that the patient forbade: only VALIDE is confirmed (dmp-wire §6).',
    'assumed',
  ],
  AUTHORIZATION_TTL_SECONDS: [
    int(0, 86_400).default(14_400),
    'How long a valid authorisation is believed before the DMP is asked again (dmp-wire §8: no TD0.2 without need).',
  ],
  BREAK_GLASS_MINUTES: [
    int(1, 240).default(30),
    'Time-box of « bris de glace », from the issue of its token; later calls are refused.',
  ],
  BREAK_GLASS_REASON_MIN: [
    int(1, 400).default(20),
    'Characters of substance that the reason of « bris de glace » must have.',
  ],
  REGULATION_STRUCTURE: [
    bool.default(false),
    'Whether the establishment that the settings name (STRUCTURE_ID) is an emergency regulation centre: only then, and for it alone, is the purpose `centre_15` accepted.',
  ],
  IDENTITY_QUALIFIED: [
    z.enum(['required', 'presumed']).default('required'),
    'A deposit needs a qualified identity (fr-core identityReliability VALI and an INS), said in its Patient or fed before (ITI-104). `presumed`: what says nothing of it passes; what says otherwise never does.',
  ],
  IDENTITY_TRAITS: [
    z.enum(['warn', 'refuse']).default('warn'),
    'What happens when the traits of an identity differ from those that the DMP answers (EX_GEN-1270).',
  ],
  LOCAL_ID_SYSTEMS: [
    z
      .string()
      .regex(/^urn:oid:[\d.]+(,urn:oid:[\d.]+)*$/)
      .default('urn:oid:2.16.840.1.113883.19.7602.9')
      .transform((list) => list.split(',')),
    'Domains of the establishment’s own patient identifiers (IPP), as `urn:oid:…`, separated by commas; the first is the one of sourcePatientId.',
  ],
} as const satisfies Rows;
