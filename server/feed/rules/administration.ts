/** Recording and reading feeding rules, behind the admin API and the command line alike. Who may is decided before. */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Author } from '../../registry/administration/index.ts';
import { readInput } from '../../registry/input.ts';
import type { RulesStore, StoredRules } from '../../store/types.ts';
import { contentOf } from './in-force.ts';
import { feedingRules, type FeedingRules } from './model.ts';

/** A version, as administrators see it. */
export type RulesVersion = FeedingRules & {
  version: number;
  recordedAt: string;
  recordedBy: Author;
  effectiveFrom: string;
};

export interface RulesView {
  /** Number of the last version, in force or not; 0: none was recorded. */
  latest: number;
  /** Absent: everything goes on. */
  inForce?: RulesVersion;
  /** Recorded last, and its time has not come. */
  next?: RulesVersion;
}

export interface RulesAdministration {
  show(structure: string): Promise<RulesView>;
  /** The last first. */
  history(structure: string): Promise<RulesVersion[]>;
  /** @throws IssueError feeding-rules-unknown (404) */
  version(structure: string, number: number): Promise<RulesVersion>;
  /**
   * Records a version.
   * @param given JSON: see `feedingRules`
   * @param by.expected number of the version that it follows, 0 for the first
   * @throws IssueError registry-… with what is wrong; feeding-rules-base (428), feeding-rules-version (412)
   */
  record(structure: string, given: unknown, by: { author: Author; expected?: number }): Promise<RulesVersion>;
}

/** As many versions as anybody reads. */
const mostVersions = 200;

function view(stored: StoredRules): RulesVersion {
  const { rules, author } = contentOf(stored);
  return {
    version: stored.number,
    recordedAt: stored.recordedAt.toISOString(),
    recordedBy: author,
    ...rules,
    effectiveFrom: stored.effectiveFrom.toISOString(),
  };
}

export function rulesAdministration(store: RulesStore): RulesAdministration {
  const latestOf = async (structure: string): Promise<StoredRules | undefined> =>
    (await store.history(structure, 1))[0];

  return {
    async show(structure) {
      const [latest, inForce] = [await latestOf(structure), await store.inForce(structure)];
      return {
        latest: latest?.number ?? 0,
        ...(inForce ? { inForce: view(inForce) } : {}),
        ...(latest && latest.number !== inForce?.number ? { next: view(latest) } : {}),
      };
    },

    history: async (structure) => (await store.history(structure, mostVersions)).map(view),

    async version(structure, number) {
      const found = (await store.history(structure, mostVersions)).find((one) => one.number === number);
      if (found === undefined) throw new IssueError({ key: 'feeding-rules-unknown' });
      return view(found);
    },

    async record(structure, given, { author, expected }) {
      const rules = readInput(feedingRules, given);
      const current = async (): Promise<number> => (await latestOf(structure))?.number ?? 0;
      if (expected === undefined)
        throw new IssueError({ key: 'feeding-rules-base', values: { current: await current() } });
      const { effectiveFrom } = rules;
      const written = await store.write({
        structure,
        expected,
        ...(effectiveFrom === undefined ? {} : { effectiveFrom: new Date(effectiveFrom) }),
        content: { rules, author },
      });
      if (written === 'conflict')
        throw new IssueError({ key: 'feeding-rules-version', values: { current: await current() } });
      return view(written);
    },
  };
}
