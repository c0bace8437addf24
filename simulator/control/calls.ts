/** What the simulated DMP was asked, for tests that count: no identifier and no name of a person is kept. */

export interface Call {
  at: string;
  service: string;
  /** Absent when the request was refused before it could be told. */
  transaction?: string;
  /** VIHF mode and purpose, once accepted. */
  mode?: string;
  purpose?: string;
  /** Struct_IdNat in whose name it was made, once the VIHF was accepted: no person. */
  structure?: string;
  /** Serial numbers (hexadecimal) of the certificates by which it came: of the connection, and of the seal of the VIHF. */
  tls?: string;
  seal?: string;
  /** Made in « connexion secrète ». */
  secret?: true;
  /** `ok`, `fault <code>`, or `injected <kind>`. */
  outcome: string;
}

export interface CallLog {
  add(call: Call): void;
  clear(): void;
  report(): { count: number; byTransaction: Record<string, number>; calls: Call[] };
}

const kept = 10_000;

export function createCallLog(): CallLog {
  let calls: Call[] = [];
  let count = 0;
  let byTransaction: Record<string, number> = {};
  return {
    add(call) {
      count++;
      const name = call.transaction ?? 'refused';
      byTransaction[name] = (byTransaction[name] ?? 0) + 1;
      calls.push(call);
      if (calls.length > kept) calls = calls.slice(-kept / 2);
    },
    clear() {
      calls = [];
      count = 0;
      byTransaction = {};
    },
    report: () => ({ count, byTransaction: { ...byTransaction }, calls: [...calls] }),
  };
}
