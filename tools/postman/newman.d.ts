/** The few members of newman 6 that are used here (the package ships no types). */
declare module 'newman' {
  interface Summary {
    run: {
      stats: Record<'requests' | 'assertions' | 'testScripts', { total: number; failed: number }>;
      failures: { error: { name: string; message: string; test?: string }; source?: { name?: string } }[];
    };
    environment: { values: { members: { key: string; value: string }[] } };
  }
  interface Options {
    collection: unknown;
    environment?: unknown;
    envVar?: { key: string; value: string }[];
    reporters?: readonly string[];
    bail?: boolean;
  }
  const newman: { run(options: Options, done: (error: Error | null, summary: Summary) => void): unknown };
  export type { Summary };
  export default newman;
}
