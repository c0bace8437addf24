/** Everything that can be found out before a document is sent. Nothing of it changes anything, here or at the façade. */
import path from 'node:path';
import { checkIns, insOids } from '../../../mappings/ins.ts';
import type { Client } from '../client.ts';
import { documentOf } from '../document.ts';
import type { TypeMapping } from '../manifest/mapping.ts';
import { inParallel } from '../parallel.ts';
import type { CheckedLine, Finding, Manifest, ManifestLine } from '../types.ts';
import { identityOf } from '../unique-id.ts';
import { checkFile, type FileFacts, type FileRules } from './file.ts';
import { checkPatients, nameOf, type PatientName } from './identity.ts';
import { checkLine, type LineFacts } from './line.ts';

export interface CheckOptions extends FileRules {
  mapping: TypeMapping;
  structure: { id: string; name: string };
  /** Domain of local identifiers, where a line names none. */
  patientSystem: string;
  /** Authority of what is built like an INS, where a line names no domain. */
  insSystem: string;
  concurrency: number;
  now: Date;
  /** Absent: identities are not asked about. */
  client?: Client;
  onProgress?: (done: number, of: number) => void;
}

interface Half {
  line: ManifestLine;
  patient?: PatientName;
  facts?: LineFacts;
  file?: FileFacts;
  findings: Finding[];
}

const error = (key: string, values: Finding['values'] = {}): Finding => ({ key, severity: 'error', values });

/** Each line with what was found, in their order. */
export async function check(manifest: Manifest, options: CheckOptions): Promise<CheckedLine[]> {
  const halves: Half[] = manifest.lines.map((line) => halfOf(line, options));
  let done = 0;
  await inParallel(halves, options.concurrency, async (half) => {
    if (half.line.file !== '') {
      const { facts, findings } = await checkFile(
        path.resolve(manifest.folder, half.line.file),
        manifest.folder,
        options,
      );
      half.findings.push(...findings);
      if (facts) half.file = facts;
    }
    options.onProgress?.(++done, halves.length);
  });
  markDuplicates(halves);
  const locals = await localsOf(halves, options);
  return halves.map((half) => checked(half, locals, manifest, options));
}

function halfOf(line: ManifestLine, { mapping, now, patientSystem, insSystem }: CheckOptions): Half {
  const { facts, findings } = checkLine(line, mapping, now);
  const { patient: value, patient_system: domain } = line.values;
  const patient = value === undefined ? undefined : patientOf(value, domain, patientSystem, insSystem);
  if (patient && isMalformedIns(patient)) findings.push(error('patient-ins'));
  return { line, findings, ...(facts ? { facts } : {}), ...(patient ? { patient } : {}) };
}

/** 13 characters and a key, as the NIR is built. */
const insForm = /^[1-478]\d{4}(?:\d{2}|2[AB])\d{8}$/;

function patientOf(value: string, domain: string | undefined, local: string, ins: string): PatientName {
  const compact = value.replace(/\s/g, '').toUpperCase();
  if (domain !== undefined) return { system: /^[\d.]+$/.test(domain) ? `urn:oid:${domain}` : domain, value };
  return insForm.test(compact) ? { system: ins, value: compact } : { system: local, value };
}

function isMalformedIns({ system, value }: PatientName): boolean {
  const oid = system.replace(/^urn:oid:/, '');
  if (!(Object.values(insOids) as string[]).includes(oid)) return false;
  return checkIns({ value, oid }, 'test').some((i) => (i.severity ?? 'error') === 'error');
}

/** Of the same bytes, the first line that has no error stands; the same patient twice is one document. */
function markDuplicates(halves: readonly Half[]): void {
  const first = new Map<string, Half>();
  for (const half of halves) {
    if (!half.file || !half.patient || half.findings.some(({ severity }) => severity === 'error')) continue;
    const same = first.get(`${half.file.digest} ${nameOf(half.patient)}`);
    const other = first.get(half.file.digest);
    if (same) half.findings.push(error('duplicate', { line: same.line.number }));
    else if (other)
      half.findings.push({ key: 'same-content', severity: 'warning', values: { line: other.line.number } });
    if (!other) first.set(half.file.digest, half);
    if (!same) first.set(`${half.file.digest} ${nameOf(half.patient)}`, half);
  }
}

/** The local identifiers by which the façade knows the patients. */
async function localsOf(halves: readonly Half[], { client, concurrency }: CheckOptions) {
  const asked = halves.flatMap(({ patient, findings }) =>
    patient && !findings.some((f) => f.key === 'patient-ins') ? [patient] : [],
  );
  return client ? checkPatients(asked, client, concurrency) : undefined;
}

function checked(
  { line, patient, facts, file, findings }: Half,
  locals: Awaited<ReturnType<typeof localsOf>>,
  { folder }: Manifest,
  { structure }: CheckOptions,
): CheckedLine {
  const verdict = patient && locals?.get(nameOf(patient));
  if (verdict && 'finding' in verdict) findings.push(verdict.finding);
  const bare = { ...line, findings };
  if (!patient || !facts || !file || findings.some((f) => f.severity === 'error')) return bare;
  const { reference, uniqueId: own } = identityOf(structure.id, patient, file.digest);
  const uniqueId = file.uniqueId ?? own;
  const known = verdict && 'local' in verdict ? verdict.local : patient;
  const resource = documentOf({ reference, uniqueId, patient: known, media: file.media, facts, structure });
  const { size, digest } = file;
  return { ...bare, document: { reference, uniqueId, path: path.resolve(folder, line.file), size, digest, resource } };
}
