/** The life of a program that serves: until it is told to end, or a part of it has ended by itself. */
export interface Serving {
  /** Resolves with a reason when a part that cannot be done without has ended by itself. */
  failed: Promise<string>;
  close(): Promise<void>;
}

/** Waits for a signal (exit code 0) or a failure (1), closes, and ends the process. A second signal does not wait. */
export async function untilTold({ failed, close }: Serving): Promise<void> {
  let closing = false;
  const end = async (exitCode: number): Promise<void> => {
    if (closing) process.exit(1);
    closing = true;
    await close();
    process.exit(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  console.error(await failed);
  await end(1);
}

/** For what keeps a program from starting: its message says what to do. */
export function sayWhy(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
