/**
 * May this identity feed the DMP? Qualified as far as anybody says it, and with the traits that the DMP knows, where the setting
 * asks for that. Before the DMP is fed; `mappings/identity/decide.ts` holds the rule.
 */
import type { Patient } from '@medplum/fhirtypes';
import { decide } from '../../mappings/identity/decide.ts';
import { isStrict, traitElements, type TraitName } from '../../mappings/identity/traits.ts';
import type { Issue } from '../../mappings/outcome.ts';
import type { Ins, StoredIdentity } from '../store/types.ts';
import { compareInDmp } from './compare.ts';
import { contextOf, type Asker, type IdentityRoom } from './room.ts';

export interface Feeding {
  ins: Ins;
  /** Status that the deposit's Patient states of itself. */
  statement: string | undefined;
  /** FHIRPath of what designates the patient. */
  path: string;
}

/** What keeps an identity from feeding, and warnings. Asks the DMP (TD0.2) only for what must be compared and never was. */
export async function feedingIssues(
  { ins, statement, path }: Feeding,
  asker: Asker,
  room: IdentityRoom,
): Promise<Issue[]> {
  const fed = (await room.store.identities.byIns(asker.caller.structure.id, ins)).filter((i) => i.active);
  const statuses = fed.map((i) => i.reliability);
  return [
    ...qualificationIssues(decide(statement, statuses, room.config.IDENTITY_QUALIFIED), path),
    ...(await traitIssues(fed, ins, path, asker, room)),
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

async function traitIssues(
  fed: readonly StoredIdentity[],
  ins: Ins,
  expression: string,
  asker: Asker,
  room: IdentityRoom,
): Promise<Issue[]> {
  const refuses = room.config.IDENTITY_TRAITS === 'refuse';
  const differing = new Set<string>();
  for (const identity of fed) {
    if (identity.comparedAt !== undefined || !refuses) identity.differences?.forEach((name) => differing.add(name));
    else {
      const found = await compareInDmp(identity.content as Patient, ins, contextOf(asker, ins), room);
      if (found.state === 'failed')
        return [{ key: 'identity-compare-failed', expression, values: { code: found.code } }];
      if (found.state === 'compared') found.differing.forEach((name) => differing.add(name));
    }
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
