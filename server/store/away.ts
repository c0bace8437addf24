/** Whether an error says that the database is away for now: gone, going, full, taken over by a standby. What was asked may be asked again. */
import { DatabaseError } from './errors.ts';

/**
 * Codes of Prisma, of the system, and SQLSTATE (PostgreSQL, appendix A): class 08 (connection), class 53 (no room, no memory, too many
 * connections), 57P0x (shut down, crashed, starting), 25006 (a standby, which only reads).
 */
const codes = /^(P1001|P1002|P1008|P1017|P2024|P2037|ECONNREFUSED|57P0[1-5]|08\w{3}|53\w{3}|25006)$/;
/** What Prisma's adapter makes of the same. */
const kinds: readonly unknown[] = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];
/** What `pg` says of a connection that broke while nothing was asked of it: an error without a code. */
const sentences =
  /^(Connection terminated|Client (has encountered a connection error|was closed) and is not queryable|timeout exceeded when trying to connect)/;

/** What Prisma's adapter says of an error of the driver: as the `cause` of its own, or within one of the client's. */
interface DriverError {
  cause?: { kind?: unknown; originalCode?: unknown };
}

export function isDatabaseAway(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const { code, meta } = e as { code?: unknown; meta?: { driverAdapterError?: DriverError } };
    const { kind, originalCode } = (meta?.driverAdapterError ?? (e as DriverError)).cause ?? {};
    const isCode = [code, originalCode].some((one) => typeof one === 'string' && codes.test(one));
    if (e instanceof DatabaseError || isCode || kinds.includes(kind) || sentences.test(e.message)) return true;
  }
  return false;
}
