/** How a command ends, and what it says when it cannot go on. */
export const exitCodes = {
  /** Everything asked is done: nothing refused, everything delivered. */
  ok: 0,
  /** Wrong options or settings, an unreadable manifest. */
  usage: 1,
  /** Some lines are, or would be, refused: the report says which and why. */
  refused: 2,
  /** Some lines are on their way: run again, or ask for the status later. */
  pending: 3,
  /** The CNAM must be told first. */
  unconfirmed: 4,
  /** The façade does not answer, or refuses. */
  failed: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A message for who asked. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = exitCodes.usage,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
