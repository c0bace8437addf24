/** One pool, one Prisma client on it, and the migrations applied. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { DatabaseError } from './errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { migrate } from './migrate.ts';
import type { QueryFollower } from './query-follower.ts';
import type { StoreLoad, StoreLogger } from './types.ts';

/** What queries run on: the client, or the transaction under way. */
export type Database = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends'>;

export interface OpenDatabase {
  prisma: PrismaClient;
  load(): StoreLoad['connections'];
  close(): Promise<void>;
}

const CONNECTIONS = 10;

/**
 * Connects and migrates.
 * @throws DatabaseError when the server does not answer (its message names the host, never the password)
 */
export async function openDatabase(url: string, logger?: StoreLogger, follow?: QueryFollower): Promise<OpenDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, application_name: 'dmp-fhir' });
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', (error) =>
    logger?.warn({ code: (error as NodeJS.ErrnoException).code }, 'database connection lost'),
  );
  try {
    await pool.query('SELECT 1').catch((error: unknown) => {
      throw unreachable(url, error);
    });
    const applied = await migrate(pool);
    if (applied.length > 0) logger?.info({ migrations: applied }, 'database migrated');
    // Minimal: no excerpt of our source in the error's text.
    const client = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
    const prisma = follow ? followed(client, follow) : client;
    return {
      prisma,
      load: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
      close: async () => {
        await prisma.$disconnect();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The same client, each of whose queries is followed; in transactions, too. */
const followed = (client: PrismaClient, follow: QueryFollower): PrismaClient =>
  client.$extends({
    query: {
      $allOperations: ({ operation, model, args, query }) =>
        follow({ operation, ...(model === undefined ? {} : { model }) }, () => query(args)),
    },
  }) as unknown as PrismaClient;

function unreachable(url: string, error: unknown): DatabaseError {
  const where = URL.canParse(url) ? new URL(url).host : 'that DATABASE_URL names';
  const code = (error as NodeJS.ErrnoException).code ?? 'no answer';
  return new DatabaseError(`The PostgreSQL at ${where} cannot be used (${code}): check DATABASE_URL.`, {
    cause: error,
  });
}
