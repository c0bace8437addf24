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
  /** W3C Trace Context by which it came (HTTP header), when it has that form: random numbers, nobody’s. */
  traceparent?: string;
  /** `ok`, `fault <code>`, or `injected <kind>`. */
  outcome: string;
}

export interface CallLog<C> {
  add(call: C): void;
  clear(): void;
  report(): { count: number; byName: Record<string, number>; list: C[] };
}

const kept = 10_000;

/** @param nameOf under which a call is counted */
export function createCallLog<C>(nameOf: (call: C) => string): CallLog<C> {
  let list: C[] = [];
  let count = 0;
  let byName: Record<string, number> = {};
  return {
    add(call) {
      count++;
      const name = nameOf(call);
      byName[name] = (byName[name] ?? 0) + 1;
      list.push(call);
      if (list.length > kept) list = list.slice(-kept / 2);
    },
    clear() {
      list = [];
      count = 0;
      byName = {};
    },
    report: () => ({ count, byName: { ...byName }, list: [...list] }),
  };
}
