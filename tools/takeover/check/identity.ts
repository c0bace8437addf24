/**
 * Whether the façade knows the patients, and whether their identities are qualified: asked once a patient (PIXm ITI-83), by POST,
 * so that no identifier stands in a URL.
 */
import type { Parameters } from '@medplum/fhirtypes';
import { isInsOid } from '../../../mappings/ins.ts';
import type { Client } from '../client.ts';
import { inParallel } from '../parallel.ts';
import type { Finding } from '../types.ts';

export interface PatientName {
  system: string;
  value: string;
}

export type PatientVerdict = { local: PatientName } | { finding: Finding };

const finding = (key: string): PatientVerdict => ({ finding: { key, severity: 'error' } });

/** @returns the verdict by `system|value` */
export async function checkPatients(
  patients: readonly PatientName[],
  client: Client,
  concurrency: number,
  onDone: () => void = () => undefined,
): Promise<Map<string, PatientVerdict>> {
  const distinct = new Map(patients.map((p) => [nameOf(p), p]));
  const verdicts = new Map<string, PatientVerdict>();
  await inParallel([...distinct], concurrency, async ([name, patient]) => {
    verdicts.set(name, await verdictOf(patient, client));
    onDone();
  });
  return verdicts;
}

export const nameOf = ({ system, value }: PatientName): string => `${system}|${value}`;

async function verdictOf(patient: PatientName, client: Client): Promise<PatientVerdict> {
  const body: Parameters = {
    resourceType: 'Parameters',
    parameter: [{ name: 'sourceIdentifier', valueString: nameOf(patient) }],
  };
  const { status, body: answer } = await client.post<Parameters>('/Patient/$ihe-pix', body, [404]);
  if (status === 404) return finding('patient-unknown');
  const others = (answer.parameter ?? []).flatMap((p) => p.valueIdentifier ?? []);
  const isIns = (system: string | undefined): boolean => isInsOid(system?.replace(/^urn:oid:/, ''));
  if (!isIns(patient.system))
    return others.some((i) => isIns(i.system)) ? { local: patient } : finding('patient-unqualified');
  const own = others.find((i) => !isIns(i.system));
  return own?.system !== undefined && own.value !== undefined
    ? { local: { system: own.system, value: own.value } }
    : finding('patient-unknown');
}
