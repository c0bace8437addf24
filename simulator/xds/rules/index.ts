/**
 * All rules of a submission, and the order in which the DMP looks: each step gathers every finding, and a step that has
 * findings ends the examination (what comes after would speak of the same mistake).
 */
import { associationRules, checkAssociations } from './associations.ts';
import { checkContent, contentRules } from './content.ts';
import { checkEnvelope, envelopeRules } from './envelope.ts';
import { checkFolders, folderRules } from './folders.ts';
import { checkMetadata, metadataRules } from './metadata.ts';
import { checkAuthor, checkPatient, patientRules } from './patient.ts';
import { checkRegistry, registryRules } from './registry.ts';
import { checkRelations, relationRules } from './relations.ts';
import type { Finding, Rule, Submission } from './rule.ts';
import { checkSignatureDocument, signatureRules } from './signature.ts';

export type { Finding, Rule, Submission, SubmittedDocument } from './rule.ts';

/** The table: stable rule id → error code and codeContext. */
export const rules: Record<string, Rule> = {
  ...envelopeRules,
  ...metadataRules,
  ...associationRules,
  ...patientRules,
  ...registryRules,
  ...relationRules,
  ...folderRules,
  ...contentRules,
  ...signatureRules,
};

const steps: ((submission: Submission) => Finding[])[] = [
  checkEnvelope,
  (submission) => [...checkMetadata(submission), ...checkAssociations(submission)],
  checkPatient,
  checkAuthor,
  (submission) => [...checkRegistry(submission), ...checkRelations(submission), ...checkFolders(submission)],
  checkContent,
  checkSignatureDocument,
];

/** What is wrong with a submission; empty when it can be registered. */
export function examine(submission: Submission): Finding[] {
  for (const step of steps) {
    const findings = step(submission);
    if (findings.length > 0) return findings;
  }
  return [];
}
