import { IssueError } from '../../mappings/outcome.ts';

/** Makes each resource once, and only when it is looked at. What cannot be made is counted, not a reason to hide the rest. */
export interface Mapper<Hit, R> {
  resourceOf: (hit: Hit) => R | undefined;
  unreadable: () => number;
}

/** @param make throws IssueError when a resource cannot be made of a hit */
export function createMapper<Hit, R>(make: (hit: Hit) => R): Mapper<Hit, R> {
  const made = new Map<Hit, R | undefined>();
  const attempt = (hit: Hit): R | undefined => {
    try {
      return make(hit);
    } catch (e) {
      if (e instanceof IssueError) return undefined;
      throw e;
    }
  };
  return {
    resourceOf(hit) {
      if (!made.has(hit)) made.set(hit, attempt(hit));
      return made.get(hit);
    },
    unreadable: () => [...made.values()].filter((r) => r === undefined).length,
  };
}
