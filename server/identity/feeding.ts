/**
 * May this identity feed the DMP? Qualified as far as anybody says it, described as one person by whoever describes it, and with
 * the traits that the DMP knows, where the setting asks for that. Before the DMP is fed; `mappings/identity/decide.ts` holds the rule.
 */
import type { Patient } from '@medplum/fhirtypes';
import { decide } from '../../mappings/identity/decide.ts';
import { statusQualifies } from '../../mappings/identity/reliability.ts';
import {
  areTwoPersons,
  compareTraits,
  isStrict,
  traitElements,
  traitsOfPatient,
  type TraitName,
  type Traits,
} from '../../mappings/identity/traits.ts';
import type { Issue } from '../../mappings/outcome.ts';
import type { Ins, StoredIdentity } from '../store/types.ts';
import { compareInDmp } from './compare.ts';
import { contextOf, type Asker, type IdentityRoom } from './room.ts';

export interface Feeding {
  ins: Ins;
  /** Status that the deposit's Patient states of itself. */
  statement: string | undefined;
  /** As whom the deposit describes the patient: its Patients, its CDA. */
  described?: readonly Traits[];
  /** The establishment's identities that it names, whether or not they bear the INS. */
  named?: readonly StoredIdentity[];
  /** FHIRPath of what designates the patient. */
  path: string;
}

/** What keeps an identity from feeding, and warnings. Asks the DMP (TD0.2) only for what must be compared and never was. */
export async function feedingIssues(feeding: Feeding, asker: Asker, room: IdentityRoom): Promise<Issue[]> {
  const { ins, statement, named = [], path } = feeding;
  const bearing = (await room.store.identities.byIns(asker.caller.structure.id, ins)).filter((i) => i.active);
  const others = named.filter((i) => bearing.every((b) => b.id !== i.id));
  // One that bears no INS vouches for none; what it says against itself counts.
  const against = others.flatMap(({ reliability: r }) => (r === undefined || statusQualifies(r) ? [] : r));
  const statuses = [...bearing.map((i) => i.reliability), ...against];
  const inDmp = await traitIssues(feeding, bearing, asker, room);
  // A trait is told once: that the DMP knows it otherwise says more.
  const told = new Set(inDmp.map((i) => i.values?.['trait']));
  return [
    ...qualificationIssues(decide(statement, statuses, room.config.IDENTITY_QUALIFIED), path),
    ...personIssues(feeding, [...bearing, ...others], room).filter((i) => !told.has(i.values?.['trait'] ?? '')),
    ...inDmp,
  ];
}

/** Where it was said, in words of both languages. */
const places = { deposit: 'DocumentReference → Patient', feed: 'ITI-104' } as const;

function qualificationIssues(verdict: ReturnType<typeof decide>, expression: string): Issue[] {
  if (verdict.qualified) return [];
  if (verdict.by === 'nobody') return [{ key: 'identity-status-unsaid', expression }];
  const values = { status: verdict.status ?? '?', where: places[verdict.by] };
  return [{ key: 'identity-not-qualified', expression, values }];
}

/** Whether all that is said here of the person is of one; the DMP has no part in it. */
function personIssues(
  { described = [], path: expression }: Feeding,
  fed: readonly StoredIdentity[],
  { config }: IdentityRoom,
): Issue[] {
  const all = [...described, ...fed.map((i) => traitsOfPatient(i.content as Patient))];
  const comparisons = all.flatMap((one, i) => all.slice(i + 1).map((other) => compareTraits(one, other)));
  const differing = [...new Set(comparisons.flatMap((c) => c.differing))];
  if (comparisons.some(areTwoPersons))
    return [{ key: 'identity-another-person', expression, values: { traits: differing.join(', ') } }];
  return differing.map((trait) => ({
    key: 'identity-trait-contradicts',
    expression,
    severity: config.IDENTITY_TRAITS === 'refuse' && isStrict(trait) ? 'error' : 'warning',
    values: { trait },
  }));
}

/** What the DMP knows otherwise. Whom nobody fed is compared where that decides. */
async function traitIssues(
  { ins, described = [], path: expression }: Feeding,
  fed: readonly StoredIdentity[],
  asker: Asker,
  room: IdentityRoom,
): Promise<Issue[]> {
  const refuses = room.config.IDENTITY_TRAITS === 'refuse';
  const isCompared = (i: StoredIdentity): boolean => i.comparedAt !== undefined || !refuses;
  const differing = new Set(fed.filter(isCompared).flatMap((i) => i.differences ?? []));
  const open = fed.filter((i) => !isCompared(i)).map((i) => traitsOfPatient(i.content as Patient));
  for (const traits of room.offline ? [] : refuses && fed.length === 0 ? described : open) {
    const found = await compareInDmp(traits, ins, contextOf(asker, ins), room);
    if (found.state === 'failed') return [{ key: 'identity-compare-failed', expression, values: { code: found.code } }];
    if (found.state === 'compared') found.differing.forEach((name) => differing.add(name));
  }
  return [...differing].map((trait) => ({
    ...differs(trait),
    expression,
    severity: refuses && isStrict(trait) ? 'error' : 'warning',
  }));
}

/** That a trait differs, as a warning that names the element. */
export const differs = (trait: string): Issue => ({
  key: 'identity-trait-differs',
  severity: 'warning',
  expression: traitElements[trait as TraitName],
  values: { trait },
});
