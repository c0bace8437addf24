/**
 * Deposits: what `deposit/` answers, as an HTTP reply. FHIR R4 http.html#create (201, Location, ETag, Last-Modified) and
 * `Prefer: return=…`; the same document again is 200 with the resource that exists (docs/api.md, idempotency).
 * `Prefer: respond-async`, and what the structure's feeding rules keep for a person to release (`feed/propose.ts`): 202 and a Task
 * (`task/accept.ts`).
 * A deposit is not called off when the client leaves: its outcome must be known.
 */
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Issue } from '../../mappings/outcome.ts';
import { depositBundle, tryBundle } from './deposit/bundle.ts';
import { depositOne } from './deposit/one.ts';
import { isDryRun } from './dry-run-parameter.ts';
import { orPropose } from './feed/propose.ts';
import type { Call, Handler } from './interaction.ts';
import { toOutcome } from './outcome.ts';
import { acceptDeposit, isDeferred } from './task/accept.ts';
import { versionHeaders } from './version-headers.ts';

/** ITI-105. */
export const createDocument: Handler = (call, services) =>
  orPropose({ kind: 'document', body: call.body }, call, services, () => document(call, services));

const document: Handler = async (call, services) => {
  const accepted = isDeferred(call) ? await acceptDeposit('document', call, services) : undefined;
  if (accepted) return accepted;
  const { requestId, ifNoneExist } = call;
  const { status, id, resource, issues } = await depositOne(call.body, services, call.caller, {
    requestId,
    dryRun: isDryRun(call),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
  });
  // A dry run: nothing came to be.
  if (id === undefined) return { status, resource: toOutcome(issues, call.language, requestId) };
  const body = preferred(resource, issues, call);
  return {
    status,
    ...(body ? { resource: body } : {}),
    headers: {
      Location: `${services.config.fhirBase}/DocumentReference/${id}`,
      ...versionHeaders(resource?.meta),
    },
  };
};

function preferred(resource: Resource | undefined, issues: readonly Issue[], call: Call): Resource | undefined {
  if (call.prefer.return === 'minimal') return undefined;
  if (call.prefer.return === 'representation' && resource) return resource;
  const said: readonly Issue[] = issues.length > 0 ? issues : [{ key: 'deposited', severity: 'information' }];
  return toOutcome(said, call.language, call.requestId);
}

/** ITI-65. */
export const transaction: Handler = (call, services) =>
  orPropose({ kind: 'set', body: call.body }, call, services, () => set(call, services));

const set: Handler = async (call, services) => {
  const { requestId, language } = call;
  if (isDryRun(call)) {
    const issues = await tryBundle(call.body, services, call.caller, { requestId });
    return { status: 200, resource: toOutcome(issues, language, requestId) };
  }
  const accepted = isDeferred(call) ? await acceptDeposit('set', call, services) : undefined;
  if (accepted) return accepted;
  const bundle = await depositBundle(call.body, services, call.caller, { requestId, language });
  return { status: 200, resource: call.prefer.return === 'minimal' ? withoutResources(bundle) : bundle };
};

/** `return=minimal` of a transaction: statuses and locations (FHIR R4 http.html#ops applies it to each entry). */
function withoutResources(bundle: Bundle): Bundle {
  return { ...bundle, entry: bundle.entry?.map(({ resource: _, ...rest }) => rest) };
}
