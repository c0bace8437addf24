/**
 * `Prefer: respond-async` of a deposit: checked and kept now, made later. RFC 7240 §4.1; FHIR R4 async.html, whose status URL is the
 * Task here.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Accepted } from '../../feed/types.ts';
import type { FeedKind } from '../../store/types.ts';
import { isDryRun } from '../dry-run-parameter.ts';
import { intakeOfNew } from '../feed/intake.ts';
import type { Call, Reply } from '../interaction.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import { toTask, versionOf } from './show.ts';

/** Whether the caller prefers it. A dry run leaves nothing to follow: there the preference is not applied (RFC 7240 §2). */
export const isDeferred = (call: Call): boolean => call.prefer.async && !isDryRun(call);

/**
 * Takes a deposit in.
 * @returns undefined when it was made before: the synchronous door says so at once, as it always does
 * @throws IssueError with everything that can be seen to be wrong without the DMP; feed-conflict (409), feed-backlog (429)
 */
export async function acceptDeposit(kind: FeedKind, call: Call, services: Services): Promise<Reply | undefined> {
  const { body, caller, requestId, ifNoneExist } = call;
  const accepted = await intakeOfNew(
    { kind, lane: 'live', body, caller, requestId, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) },
    services,
  );
  if (!accepted) return undefined;
  return acceptedReply(accepted, call, services, { 'Preference-Applied': 'respond-async' });
}

/**
 * 202: where to follow what was taken in.
 * @param headers besides those that name the Task
 */
export function acceptedReply(
  accepted: Accepted,
  call: Call,
  { config }: Pick<Services, 'config'>,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const resource = preferred(accepted, call);
  return {
    status: 202,
    ...(resource ? { resource } : {}),
    headers: {
      'Content-Location': `${config.fhirBase}/Task/${accepted.item.id}`,
      ...headers,
      ...versionOf(accepted.item),
    },
  };
}

function preferred({ item, issues }: Accepted, { prefer, language, requestId, caller }: Call): Resource | undefined {
  if (prefer.return === 'minimal') return undefined;
  if (prefer.return === 'representation') return toTask(item, { language, caller, isOwn: true });
  // Of what is proposed the issues say it, and by which rule.
  const said: Issue[] = item.state === 'proposed' ? [] : [{ key: 'deposit-accepted', severity: 'information' }];
  return toOutcome([...said, ...issues], language, requestId);
}
