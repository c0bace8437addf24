/** The statement that books a turn: everything that decides is read, judged and written under one lock of the row. */
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { TurnAnswer, TurnRules } from '../limit-types.ts';

interface Verdict {
  outcome: TurnAnswer['outcome'];
  waitMs: number;
}

/** No turn is booked so far ahead: a row that says so was written before the database's clock was set back. */
const horizonMs = 120_000;

/**
 * `clock_timestamp()` is read once, after the lock: what waited for it is judged by the time at which it has it.
 * @returns undefined when there is no row yet
 */
export async function bookTurn(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  key: Uint8Array<ArrayBuffer>,
  { intervalMs, patienceMs, documents, dailyCap, probeMs }: TurnRules,
): Promise<TurnAnswer | undefined> {
  const [verdict] = await prisma.$queryRaw<Verdict[]>`
    WITH locked AS MATERIALIZED (SELECT * FROM feed_limit WHERE key = ${key} FOR UPDATE),
    seen AS MATERIALIZED (SELECT locked.*, clock_timestamp() AS now FROM locked),
    placed AS MATERIALIZED (
      SELECT seen.*, CASE
        WHEN next_at > now + ${horizonMs}::float8 * interval '1 ms' THEN now + interval '1 s'
        ELSE greatest(now, next_at) END AS begins
      FROM seen),
    counted AS MATERIALIZED (
      SELECT placed.*, (begins AT TIME ZONE 'Europe/Paris')::date AS its_day,
        CASE WHEN day = (begins AT TIME ZONE 'Europe/Paris')::date THEN documents ELSE 0 END AS before
      FROM placed),
    verdict AS MATERIALIZED (
      SELECT counted.*, CASE
        WHEN open_until > now OR (open_until IS NOT NULL AND probe_until > now) THEN 'breaker'
        WHEN ${documents}::int > 0 AND before + ${documents}::int > ${dailyCap ?? null}::int THEN 'cap'
        WHEN begins > now + ${patienceMs}::float8 * interval '1 ms' THEN 'pace'
        ELSE 'granted' END AS outcome
      FROM counted),
    booked AS (
      UPDATE feed_limit SET
        next_at = v.begins + ${intervalMs}::float8 / v.factor * interval '1 ms',
        day = v.its_day, documents = v.before + ${documents}::int,
        probe_until = CASE WHEN v.open_until IS NOT NULL THEN v.begins + ${probeMs}::float8 * interval '1 ms' END
      FROM verdict v WHERE feed_limit.key = v.key AND v.outcome = 'granted')
    SELECT outcome, (1000 * extract(epoch FROM CASE outcome
      WHEN 'breaker' THEN greatest(open_until, probe_until)
      WHEN 'cap' THEN (its_day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
      ELSE begins END - now))::float8 AS "waitMs"
    FROM verdict`;
  return verdict;
}
