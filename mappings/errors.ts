/**
 * The error table: each thing that can go wrong, as a row. HTTP status, FHIR issue code, sentence in French and English
 * that says what to do, and whether trying again can help.
 *
 * `{name}` places are filled from `Issue.values`. A row keyed `dmp:<CODE>` is the DMP's own error; `dmpKey` picks it.
 * HTTP choices: spec/fhir.md B.1 (a precise map is the point of this façade), FHIR R4 http.html; XDS codes: ITI TF-3
 * table 4.2.4.1-2. DMP codes have no public list: what is marked [C2]/[M] in dmp-wire §5 falls back on its kind.
 */
import { accessErrors } from './errors/access.ts';
import { administrativeErrors } from './errors/administrative.ts';
import { consentErrors } from './errors/consents.ts';
import { constraintErrors } from './errors/constraints.ts';
import { dmpCodeErrors } from './errors/dmp-codes.ts';
import { dmpFailureErrors } from './errors/dmp-failures.ts';
import { documentErrors } from './errors/documents.ts';
import { feedErrors } from './errors/feed.ts';
import { identityErrors } from './errors/identity.ts';
import { limitErrors } from './errors/limits.ts';
import { ownErrors } from './errors/own.ts';
import { patchErrors } from './errors/patch.ts';
import { patientErrors } from './errors/patients.ts';
import { pscErrors } from './errors/psc.ts';
import { registryClientErrors } from './errors/registry-clients.ts';
import { registryErrors } from './errors/registry.ts';
import { relationErrors } from './errors/relations.ts';
import { requestErrors } from './errors/request.ts';
import { rightErrors } from './errors/rights.ts';
import { subscriptionErrors } from './errors/subscriptions.ts';
import { taskErrors } from './errors/tasks.ts';
import { validationErrors } from './errors/validation.ts';
import { xdsErrors } from './errors/xds.ts';
import type { ErrorRow } from './errors/row.ts';

export type { ErrorRow } from './errors/row.ts';

/** The groups, in the order in which they are published; a key stands in one of them only. */
export const errorGroups = [
  requestErrors,
  accessErrors,
  pscErrors,
  validationErrors,
  subscriptionErrors,
  constraintErrors,
  identityErrors,
  administrativeErrors,
  patientErrors,
  consentErrors,
  documentErrors,
  relationErrors,
  patchErrors,
  xdsErrors,
  dmpCodeErrors,
  rightErrors,
  dmpFailureErrors,
  registryErrors,
  registryClientErrors,
  taskErrors,
  feedErrors,
  limitErrors,
  ownErrors,
] as const;

export const errors = {
  ...requestErrors,
  ...accessErrors,
  ...pscErrors,
  ...validationErrors,
  ...subscriptionErrors,
  ...constraintErrors,
  ...identityErrors,
  ...administrativeErrors,
  ...patientErrors,
  ...consentErrors,
  ...documentErrors,
  ...relationErrors,
  ...patchErrors,
  ...xdsErrors,
  ...dmpCodeErrors,
  ...rightErrors,
  ...dmpFailureErrors,
  ...registryErrors,
  ...registryClientErrors,
  ...taskErrors,
  ...feedErrors,
  ...limitErrors,
  ...ownErrors,
} as const satisfies Record<string, ErrorRow>;

export type ErrorKey = keyof typeof errors;

/** The row of a key; an unknown key is `internal`, so that a slip never leaks. */
export function errorRow(key: string): ErrorRow {
  return (errors as Record<string, ErrorRow>)[key] ?? errors.internal;
}

/** The row for something the DMP answered: its own code when the table has it, else its kind. */
export function dmpKey(kind: string, code: string): ErrorKey {
  for (const key of [`dmp:${code}`, `dmp-${kind}-${code}`, `dmp-${kind}`]) if (key in errors) return key as ErrorKey;
  return 'internal';
}

/** The sentence of a row with its places filled. */
export function sentence(row: ErrorRow, language: 'fr' | 'en', values: Record<string, string | number> = {}): string {
  return row[language].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '—'));
}
