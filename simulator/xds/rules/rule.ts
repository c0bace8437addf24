/** The form of a rule: data; a checker says where it is broken. */
import type { Certificate } from '../../vihf/certificate.ts';
import type { Vihf } from '../../vihf/types.ts';
import type { World } from '../../world.ts';
import type { ObjectList, RegistryObject } from '../metadata.ts';

/** A document as the message carries it (xdsb:Document). */
export interface SubmittedDocument {
  id: string;
  /** Absent: no part, or not by XOP. */
  bytes?: Uint8Array;
  /** How it came. */
  transport: 'xop' | 'inline' | 'no-part';
}

/** A submission as read, before any judgement. */
export interface Submission {
  /** False when the message lacks SubmitObjectsRequest or its list. */
  complete: boolean;
  list: ObjectList;
  documents: SubmittedDocument[];
  /** Content-IDs that no document includes. */
  orphans: string[];
  vihf: Vihf;
  /** Authorities that may issue the certificate that signs the set. */
  trusted: readonly Certificate[];
  world: World;
  now: Date;
}

export interface Rule {
  /** IHE ITI TF-3 table 4.2.4.1-2; `DMP…`: leaves as a SOAP fault with that subcode. */
  code: string;
  /** codeContext; `{x}` places are filled by the checker. */
  context: string;
}

export interface Finding {
  rule: string;
  code: string;
  context: string;
  /** id of the object concerned; empty for the message. */
  location: string;
}

export type Report<Id extends string> = (rule: Id, location: string, values?: Record<string, string>) => void;

/** Runs a checker and collects what it reports. */
export function collect<Id extends string>(rules: Record<Id, Rule>, check: (report: Report<Id>) => void): Finding[] {
  const findings: Finding[] = [];
  check((rule, location, values = {}) => {
    const { code, context } = rules[rule];
    findings.push({
      rule,
      code,
      context: context.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
      location,
    });
  });
  return findings;
}

/** The submission set; only after the envelope was found right. */
export function setOf(submission: Submission): RegistryObject {
  const [set] = submission.list.sets;
  if (set === undefined) throw new Error('the envelope was not checked');
  return set;
}
