/**
 * Consents that the structure records: created, changed, withdrawn; every change is a version, and on record. One consent a
 * patient and topic: recording it again makes its next version.
 */
import type { Bundle, Consent } from '@medplum/fhirtypes';
import { readStatement, statementToConsent, withdrawn, type Statement } from '../../../mappings/consent/statement.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { record } from '../../audit/record.ts';
import type { StoredConsent } from '../../store/types.ts';
import type { Call } from '../interaction.ts';
import type { Services } from '../services.ts';

/** @throws IssueError consent-element with every element that does not fit */
export function statementOf(consent: Consent, call: Call, { now, config }: Services): Statement {
  const read = readStatement(consent, call.caller, now(), config.TIME_ZONE);
  if (Array.isArray(read)) throw new IssueError(read);
  return read;
}

/** @throws IssueError version-conflict */
export async function recordStatement(
  patientId: string,
  statement: Statement,
  expected: number | undefined,
  call: Call,
  services: Services,
): Promise<{ consent: Consent; isNew: boolean }> {
  const { store, now } = services;
  const { structure } = call.caller;
  const { topic, ...rest } = statement;
  const kept = await store.consents.record({ patientId, structure: structure.id, topic }, rest, now(), expected);
  if (kept === 'conflict') {
    const [current] = (await store.consents.ofPatient(patientId, structure.id)).filter((c) => c.topic === topic);
    throw new IssueError({
      key: 'version-conflict',
      values: { given: expected ?? '—', current: `W/"${current?.version ?? 0}"` },
    });
  }
  const { status, decision } = statement;
  await record(services, call.caller, {
    kind: 'consent',
    patientId,
    outcome: 'success',
    details: { consent: kept.consent.id, version: kept.consent.version, topic, status, decision },
    requestId: call.requestId,
  });
  return { consent: shownAs(kept.consent, call), isNew: kept.isNew };
}

/**
 * A withdrawal: the version that ends it, with effect at once; nothing when it has ended.
 * @param expected the version that it follows (If-Match)
 * @throws IssueError version-conflict
 */
export async function withdraw(
  stored: StoredConsent,
  expected: number | undefined,
  call: Call,
  services: Services,
): Promise<void> {
  if (expected !== undefined && expected !== stored.version)
    throw new IssueError({ key: 'version-conflict', values: { given: expected, current: `W/"${stored.version}"` } });
  if (stored.status !== 'active') return;
  await recordStatement(stored.patientId, withdrawn(stored, call.caller), expected, call, services);
}

export const shownAs = (stored: StoredConsent, { caller }: Call): Consent =>
  statementToConsent(stored, caller.structure);

/** The versions of a consent, newest first. FHIR R4 http.html#history. */
export function historyOf(versions: readonly StoredConsent[], call: Call, base: string, now: Date): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'history',
    meta: { lastUpdated: now.toISOString() },
    total: versions.length,
    link: [{ relation: 'self', url: `${base}/Consent/${versions[0]?.id ?? ''}/_history` }],
    entry: versions.map((version) => {
      const isFirst = version.version === 1;
      const resource = shownAs(version, call);
      return {
        fullUrl: `${base}/Consent/${version.id}`,
        resource,
        request: isFirst ? { method: 'POST', url: 'Consent' } : { method: 'PUT', url: `Consent/${version.id}` },
        response: {
          status: isFirst ? '201' : '200',
          etag: `W/"${version.version}"`,
          lastModified: version.recordedAt.toISOString(),
        },
      };
    }),
  };
}
