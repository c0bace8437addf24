/**
 * What becomes known of a request while it is answered: whose record it is about, and the trace that it is part of. The calls of the
 * DMP that it causes are recorded with it.
 */
import { holdsIns } from '../../mappings/ins.ts';
import type { CallTrail, PatientIns } from '../dmp/types.ts';
import type { Store } from '../store/types.ts';

export interface Trail extends CallTrail {
  /** The request is about a patient, whether or not the DMP is asked in the end. */
  concerns(patient: PatientIns): void;
  /** `Patient.id` of all whom it is about. @throws DatabaseError */
  patients(): Promise<string[]>;
}

/** W3C Trace Context §3.2: version 00, neither id all zeros. What is not of this form, or could be an INS, is no trace. */
export function traceparentOf(given: string | undefined): string | undefined {
  const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
  return given !== undefined && form.test(given) && !holdsIns(given) ? given : undefined;
}

/** The id of the trace that a context is part of: the same in logs, records and traces. @param traceparent of valid form */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** What is known of the trace that a request is part of: both W3C Trace Context, of the client and of our own span. */
export interface TraceFacts {
  traceparent?: string;
  span?: string;
}

/** @param view of the store, by the structure of whoever asks; who that is may become known later */
export function createTrail(view: () => Pick<Store, 'patients'>, trace: TraceFacts = {}): Trail {
  const { span, traceparent = span } = trace;
  const concerned = new Map<string, { ins: PatientIns; id?: string }>();
  const of = (ins: PatientIns) => {
    const key = `${ins.oid}|${ins.value}`;
    const known = concerned.get(key) ?? { ins };
    concerned.set(key, known);
    return known;
  };
  const patientIdOf = async (ins: PatientIns): Promise<string> => {
    const known = of(ins);
    // Whoever is on record once is not forgotten any more: the id is good for the whole request.
    known.id ??= (await view().patients.byIns(ins)).id;
    return known.id;
  };
  return {
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(span === undefined ? {} : { span }),
    concerns: of,
    patientIdOf,
    patients: () => Promise.all([...concerned.values()].map(({ ins }) => patientIdOf(ins))),
  };
}
