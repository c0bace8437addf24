/** Who follows the queries of the database without taking part in them: traces. */

/** A query, by its name alone: Prisma's operation (`findMany`, `$queryRaw`) and the model, where there is one. */
export interface QueryName {
  operation: string;
  model?: string;
}

/** Gives what `run` gives, or throws what it throws. */
export type QueryFollower = <T>(name: QueryName, run: () => Promise<T>) => Promise<T>;
