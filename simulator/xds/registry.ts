/** The document registry and repository of one world, in memory. */
export interface Registry {
  /** Forgets every document. */
  reset(): void;
}

export function createRegistry(): Registry {
  return { reset: () => undefined };
}
