/**
 * `POST /fhir/{DocumentReference|List|Bundle}/$validate` (FHIR R4 resource-operation-validate): what the real thing would
 * say, by the same engine. 200 with an OperationOutcome whatever is found; another status only when the question itself is
 * wrong, or the DMP cannot be asked.
 *
 * - `mode=create` (and no mode): the deposit, rehearsed to the end and not sent; a List alone is not deposited, it is held
 *   against its profile.
 * - `mode=profile`: the profile alone: no patient, no DMP.
 * - `mode=update`, `mode=delete`: there is no PUT and no DELETE; the answer says what to use.
 * - `profile`: which profile's rules apply, instead of what `meta.profile` and the resource itself say.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { needsOfBundle, requireScopes } from '../access.ts';
import { tryBundle } from '../deposit/bundle.ts';
import { depositOne } from '../deposit/one.ts';
import type { Call, Handler } from '../interaction.ts';
import { toOutcome, toProblem } from '../outcome.ts';
import type { Services } from '../services.ts';
import { readProvideBundle, validateAgainst, validateBase } from '../validation/index.ts';
import { canonicals, claimedBy, profileOf, supportedCanonicals, type KnownProfile } from '../validation/canonicals.ts';
import type { ProfileName } from '../validation/profile.ts';
import { readInput, type Input, type InputForm } from './parameters.ts';

export type Validated = 'DocumentReference' | 'List' | 'Bundle';

const form: InputForm = {
  operation: '$validate',
  resource: 'resource',
  values: { mode: ['valueCode', 'valueString'], profile: ['valueUri', 'valueCanonical', 'valueString'] },
};

const modes = ['create', 'update', 'delete', 'profile'] as const;
type Mode = (typeof modes)[number];

/** The handler of one type. */
export const validate =
  (type: Validated): Handler =>
  async (call, services) => {
    const input = readInput(call.body, call.pairs, form);
    const mode = modeOf(input);
    // A transaction asks for the scopes of its entries; its rehearsal is no way around them.
    if (type === 'Bundle' && isTyped(input.resource, 'Bundle'))
      requireScopes(call.caller, needsOfBundle(input.resource));
    const found = await issuesOf(type, input, mode, call, services);
    const said = found.length > 0 ? found : [{ key: 'valid', severity: 'information' as const }];
    return { status: 200, resource: toOutcome(said, call.language, call.requestId) };
  };

function modeOf({ values: { mode = 'create' } }: Input): Mode {
  const known = modes.find((m) => m === mode);
  if (!known) throw new IssueError({ key: 'operation-parameter', values: { name: 'mode', detail: modes.join(', ') } });
  return known;
}

const isTyped = (resource: unknown, type: string): boolean =>
  (resource as { resourceType?: unknown } | null)?.resourceType === type;

async function issuesOf(
  type: Validated,
  { resource, values }: Input,
  mode: Mode,
  call: Call,
  services: Services,
): Promise<Issue[]> {
  if (!isTyped(resource, type)) return validateBase(resource, type);
  if (mode === 'update' || mode === 'delete')
    return [{ key: 'validate-mode', expression: type, values: { method: mode === 'update' ? 'PUT' : 'DELETE', type } }];
  const asked = values['profile'];
  if (asked !== undefined) return againstCanonical(String(asked), type, resource);
  // A List, or a document without its bytes, is not deposited alone.
  const alone = type === 'Bundle' || claims(resource, 'simplified') || fitting(type, resource) === 'simplified';
  return mode === 'profile' || !alone ? againstClaimed(type, resource) : rehearsed(type, resource, call, services);
}

/** Against the profile that the caller names. */
function againstCanonical(asked: string, type: Validated, resource: unknown): Issue[] {
  const found = profileOf(asked);
  if (!found || found.type !== type)
    return [
      { key: 'profile-unsupported', expression: type, values: { supported: supportedCanonicals(type).join(', ') } },
    ];
  return found.profile === undefined ? validateBase(resource, type) : check(type, resource, found);
}

/** Against the profiles that the resource claims and we know; none: the one that fits what it is. */
function againstClaimed(type: Validated, resource: unknown): Issue[] {
  const known = claimedBy(resource).filter((found) => found.profile !== undefined && found.type === type);
  const all = known.length > 0 ? known : [canonicals[fitting(type, resource)]];
  const seen = new Set<string>();
  return all
    .flatMap((found) => check(type, resource, found))
    .filter(({ key, expression = '' }) => !seen.has(`${key} ${expression}`) && seen.add(`${key} ${expression}`));
}

const claims = (resource: unknown, profile: ProfileName): boolean =>
  claimedBy(resource).some((found) => found.profile === profile);

function check(type: Validated, resource: unknown, { profile, edition }: KnownProfile): Issue[] {
  if (type === 'Bundle') return readProvideBundle(resource).issues;
  return profile === undefined ? validateBase(resource, type) : validateAgainst(resource, profile, edition);
}

/** A document with its bytes inside is to be published simply; a List is what its code says. Nothing was looked at yet. */
function fitting(type: Validated, resource: unknown): keyof typeof canonicals {
  if (type === 'Bundle') return 'provideBundle';
  const text = (value: unknown): string => JSON.stringify(value ?? null);
  const { code, content } = resource as {
    code?: unknown;
    content?: ({ attachment?: { data?: unknown } | null } | null)[];
  };
  if (type === 'List') return text(code).includes('"code":"folder"') ? 'folder' : 'submissionSet';
  const inline = Array.isArray(content) && content.some((c) => c?.attachment?.data !== undefined);
  return inline ? 'simplified' : 'comprehensive';
}

/** The deposit, up to where it would be sent. What refuses it is the answer; what keeps it from being judged is an error. */
async function rehearsed(type: Validated, resource: unknown, call: Call, services: Services): Promise<Issue[]> {
  const { requestId } = call;
  try {
    if (type === 'Bundle') return await tryBundle(resource, services, call.caller, { requestId });
    return (await depositOne(resource, services, call.caller, { requestId, dryRun: true })).issues;
  } catch (error) {
    const { issues, status } = toProblem(error);
    if (status >= 500 && !issues.some((i) => i.key === 'not-supported-yet')) throw error;
    return issues;
  }
}
