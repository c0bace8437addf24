/**
 * ITI-65, PDSm flux 01: a set of documents in one transaction, all or nothing. Validation of the whole Bundle → each
 * document and folder prepared → one TD2.1 → transaction-response (`respond.ts`).
 */
import type { Bundle } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Language } from '../outcome.ts';
import type { Services } from '../services.ts';
import { rehearse } from './dry-run.ts';
import type { DepositOptions } from './one.ts';
import { readySet } from './ready-set.ts';
import { respond } from './respond.ts';
import { requireAutomatic } from './ruling.ts';
import { submit, type Submitted } from './submit.ts';

export interface BundleOptions extends DepositOptions {
  /** Of the sentences in `response.outcome`; French by default. */
  language?: Language;
}

/**
 * Deposits a set.
 * @param body any JSON value
 * @returns the transaction-response
 * @throws IssueError with what is wrong anywhere in the Bundle, nothing having been sent; NeedsRelease by the feeding rules; DmpError
 * when the DMP refuses
 */
export async function depositBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: BundleOptions = {},
): Promise<Bundle> {
  return (await submitBundle(body, services, caller, options)).response;
}

/** The same, with all that there is to say of it. */
export async function submitBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: BundleOptions,
): Promise<{ submitted: Submitted; response: Bundle; issues: Issue[] }> {
  const ready = await readySet(body, services, caller, options);
  await requireAutomatic(ready.submission, options, services);
  const submitted = await submit(ready.submission, services);
  const response = respond(body as Bundle, ready, submitted, services, options);
  return { submitted, response, issues: [...ready.issues, ...submitted.issues] };
}

/**
 * Tries a set out (`dry-run.ts`).
 * @returns what to say of it
 * @throws IssueError, DmpError as the real thing would
 */
export async function tryBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: DepositOptions = {},
): Promise<Issue[]> {
  const { submission, issues } = await readySet(body, services, caller, options);
  return [...issues, ...(await rehearse(submission, services))];
}
