/**
 * A fed identity as a Patient: what the establishment said, and what the façade adds (id, version, whether the traits are those
 * of the DMP, the identity that took its place). The traits are the establishment's own, and tagged as such.
 */
import type { Coding, Extension, Patient } from '@medplum/fhirtypes';
import { ours } from '../canonicals.ts';
import { extComparison } from './canonicals.ts';

/** Tag: the traits are those of the establishment, not of the DMP. */
export const traitsOwn: Coding = {
  system: `${ours}/CodeSystem/traits-source`,
  code: 'own',
  display: 'Traits d’identité de l’établissement',
};

/** What is known of a fed identity. */
export interface FedFacts {
  id: string;
  content: Patient;
  active: boolean;
  replacedBy?: string | undefined;
  differences?: readonly string[] | undefined;
  comparedAt?: Date | undefined;
  version: number;
  updatedAt: Date;
}

/** What is kept of a Patient that is fed: without what the façade adds when it shows it, and without the narrative. */
export function contentOf(patient: Patient): Patient {
  const { id: _, text: _t, meta, extension = [], link = [], ...rest } = patient;
  const profile = meta?.profile ?? [];
  const others = extension.filter((e) => e.url !== extComparison);
  const links = link.filter((l) => l.type !== 'replaced-by');
  return {
    ...rest,
    ...(profile.length > 0 ? { meta: { profile } } : {}),
    ...(others.length > 0 ? { extension: others } : {}),
    ...(links.length > 0 ? { link: links } : {}),
  };
}

/** The Patient that a read of the identity answers. */
export function fedPatient({ id, content, active, replacedBy, version, updatedAt, ...compared }: FedFacts): Patient {
  const { meta, extension = [], link = [], ...rest } = contentOf(content);
  const links: Patient['link'] = replacedBy
    ? [...link, { other: { reference: `Patient/${replacedBy}` }, type: 'replaced-by' }]
    : link;
  const all = [...extension, ...comparisonOf(compared)];
  return {
    ...rest,
    id,
    meta: { ...meta, versionId: String(version), lastUpdated: updatedAt.toISOString(), tag: [traitsOwn] },
    ...(all.length > 0 ? { extension: all } : {}),
    active,
    ...(links.length > 0 ? { link: links } : {}),
  };
}

/** Nothing when the DMP has not been asked yet. */
function comparisonOf({ differences = [], comparedAt }: Pick<FedFacts, 'differences' | 'comparedAt'>): Extension[] {
  if (!comparedAt) return [];
  const parts: Extension[] = [
    { url: 'at', valueInstant: comparedAt.toISOString() },
    ...differences.map((valueCode) => ({ url: 'difference', valueCode })),
  ];
  return [{ url: extComparison, extension: parts }];
}
