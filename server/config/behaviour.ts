/** The settings under “What is served, and how”. */
import { z } from 'zod';
import { bool, isSiteOrigin, type Rows } from './schemas.ts';

const siteOrigin = z.string().refine(isSiteOrigin, 'an https origin');

export const behaviour = {
  WITHDRAWN_TRANSACTIONS: [
    bool.default(false),
    'Serve the administrative transactions that the DMP has withdrawn (TD1.1, TD1.2, TD1.3b, TD1.4): for a DMP that still takes them.',
    'assumed',
  ],
  DMP_WEB_URL: [
    siteOrigin.optional(),
    'Origin of the DMP’s web site for professionals (TD0.9, TD0.10); its host is given with the homologation. When absent `$web-access` is not served, or leads to the simulator’s stand-in when `npm start` runs it.',
    'assumed',
  ],
  HABILITATION_MATRIX: [
    z.string().optional(),
    'JSON file of the matrix of habilitations (profession × document type), in the format of docs/habilitations.md: read rights are explained from it. The official one is not machine-readable.',
    'assumed',
  ],
  PROFESSIONS_FILE: [
    z.string().optional(),
    'JSON file of professions beside those of JDV_J65, with the roles that a VIHF carries for them, in the format of docs/professions.md.',
  ],
  DELETED_STATUS: [
    z.enum(['entered-in-error', 'superseded']).default('entered-in-error'),
    'Status that a deleted document shows: PDSm4DMP writes both (its TD3.3c), PDSm’s value set lacks `entered-in-error`. A PATCH may say either.',
    'assumed',
  ],
  ALLOW_HIDING: [
    bool.default(false),
    'Whether a PATCH may hide a document that the patient or the representatives see already: TD3.3b, as published, only makes visible (dmp-wire §1.2).',
    'assumed',
  ],
  PATIENT_TRAITS: [
    z.enum(['show', 'withhold']).default('show'),
    'Software must not display the DMP’s identity traits instead of its own (RG_0320): `withhold` leaves them out.',
  ],
  PDFA: [
    z.enum(['warn', 'refuse', 'ignore']).default('warn'),
    'What happens to a PDF that does not declare PDF/A-1, the only PDF that CI-SIS allows.',
  ],
} as const satisfies Rows;
