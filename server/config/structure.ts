/** The settings under “The structure, its certificates and its software”. */
import { z } from 'zod';
import { int, oid, type Rows, split } from './schemas.ts';

/** PS_IdNat of persons. */
const persons = z
  .string()
  .transform(split)
  .refine(
    (list) => list.every((id) => /^\d{9,15}(\/[\w.-]{1,40})?$/.test(id)),
    'PS_IdNat such as 899700101233 or 3990100109/DIR-01, separated by commas',
  );

export const structure = {
  STRUCTURE_ID: [z.string().default('1990100109'), 'Struct_IdNat of the establishment: the OU of its certificates.'],
  STRUCTURE_NAME: [z.string().default('EHPAD FICTIF LE VERGER'), 'Its name, as in its certificates.'],
  STRUCTURE_SECTOR: [
    z.string().default('SA17'),
    'Its activity sector (JDV_J61), also the default facility type of a deposit.',
  ],
  STRUCTURE_PRACTICE_SETTING: [z.string().default('ESSMS'), 'Default practice setting of a deposit (TRE_A01).'],
  STRUCTURE_CONTENT_TYPE: [
    z.string().default('11'),
    'Default contentTypeCode of a submission set (JDV_J59, code system 1.2.250.1.213.2.2).',
  ],
  STRUCTURE_ADMINISTRATORS: [
    persons.optional(),
    'PS_IdNat of its administrators, separated by commas: they read its audit and register its clients, and read no record by that.',
  ],
  STRUCTURE_PROFESSIONALS: [
    persons.optional(),
    'PS_IdNat of professionals who act here although Pro Santé Connect lists no activity of theirs here (visiting physicians), separated by commas.',
  ],
  INSTALLATION_ADMINISTRATORS: [
    persons.optional(),
    'PS_IdNat of who may register structures, and clients for several of them, by the admin API (docs/registration.md). Absent: nobody; the command line can.',
  ],
  REGISTRY_POLL_SECONDS: [
    int(1, 3600).default(2),
    'How soon an instance sees what was registered, changed or withdrawn by another one or by the command line; also how often the files of DMP_TLS_CERT … are looked at for newer ones.',
  ],
  CERTIFICATE_WARNING_DAYS: [
    z
      .string()
      .regex(/^\d{1,4}(,\d{1,4})*$/, 'numbers of days, separated by commas')
      .default('60,30,7')
      .transform((list) => [...new Set(list.split(',').map(Number))].sort((a, b) => b - a)),
    'Days before the end of a certificate at which it is warned of, in the log and in /health/ready; below the least of them the log says error.',
  ],
  CERTIFICATE_CHECK_HOURS: [
    int(1, 168).default(12),
    'How often the log says which certificates end soon; it does at start too.',
  ],
  LPS_NAME: [z.string().default('DMP-FHIR'), 'Name of the software, as declared at homologation.'],
  LPS_VERSION: [z.string().default('0.1.0'), 'Its version.'],
  LPS_ID: [z.string().default('DEMO-0001'), 'Serial number of this installation.'],
  LPS_HOMOLOGATION: [
    z.string().default('HOMOL-FICTIVE-0001'),
    'Homologation number: a secret of the vendor, never logged.',
  ],
  LPS_OID: [
    oid.default('2.16.840.1.113883.19.7602'),
    'OID arc of this installation: sourceId of the sets, root of the uniqueIds that the façade mints.',
  ],
} as const satisfies Rows;
