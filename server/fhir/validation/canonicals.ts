/** Canonical URLs of profiles → the rules that apply. */
import { ours, pdsmDocumentReference, pdsmFolder, pdsmSubmissionSet } from '../../../mappings/canonicals.ts';
import type { Edition } from './rules.ts';
import { typeOfProfile, type ProfileName } from './profile.ts';

/** A profile that can be asked for. */
export interface KnownProfile {
  url: string;
  type: (typeof typeOfProfile)[ProfileName];
  /** Absent: R4 itself. */
  profile?: ProfileName;
  edition: Edition;
}

const pdsm = (name: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/${name}`;
const mhd = (name: string): string => `https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.${name}`;

const known = (url: string, profile: ProfileName, edition: Edition): KnownProfile => ({
  url,
  type: typeOfProfile[profile],
  profile,
  edition,
});

/** PDSm's own. */
export const canonicals: Readonly<Record<ProfileName, KnownProfile>> = {
  simplified: known(pdsm('pdsm-simplified-publish'), 'simplified', 'pdsm'),
  comprehensive: known(pdsmDocumentReference, 'comprehensive', 'pdsm'),
  submissionSet: known(pdsmSubmissionSet, 'submissionSet', 'pdsm'),
  folder: known(pdsmFolder, 'folder', 'pdsm'),
  provideBundle: known(pdsm('pdsm-comprehensive-provide-document-bundle'), 'provideBundle', 'pdsm'),
};

/** The parent of PDSm's: several events, nothing that PDSm alone asks for. */
export const mhdSimplified = mhd('SimplifiedPublish.DocumentReference');

/** Our own file of a profile: `deposit-submission-set`. */
export const ownProfileId = (name: string): string => `deposit-${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

const all: readonly KnownProfile[] = [
  ...Object.values(canonicals),
  ...(Object.keys(canonicals) as ProfileName[]).map((name) =>
    known(`${ours}/StructureDefinition/${ownProfileId(name)}`, name, 'pdsm'),
  ),
  known(mhdSimplified, 'simplified', 'mhd'),
  known(mhd('Comprehensive.DocumentReference'), 'comprehensive', 'mhd'),
  known(mhd('Comprehensive.SubmissionSet'), 'submissionSet', 'mhd'),
  known(mhd('Comprehensive.Folder'), 'folder', 'mhd'),
  known(mhd('Comprehensive.ProvideBundle'), 'provideBundle', 'mhd'),
  ...(['DocumentReference', 'List', 'Bundle'] as const).map((type): KnownProfile => ({
    url: `http://hl7.org/fhir/StructureDefinition/${type}`,
    type,
    edition: 'pdsm',
  })),
];

/** The rules of a canonical; its version, after a bar, is not looked at: one version of each is known. */
export const profileOf = (canonical: string): KnownProfile | undefined =>
  all.find(({ url }) => url === canonical.split('|')[0]);

/** The profiles that a resource claims, as far as they are known. @param resource any JSON value */
export function claimedBy(resource: unknown): KnownProfile[] {
  const claimed: unknown = (resource as { meta?: { profile?: unknown } | null } | null | undefined)?.meta?.profile;
  return (Array.isArray(claimed) ? (claimed as unknown[]) : []).flatMap(
    (url) => (typeof url === 'string' ? profileOf(url) : undefined) ?? [],
  );
}

/** Canonicals that a resource of a type can be held against. */
export const supportedCanonicals = (type: string): string[] => all.filter((p) => p.type === type).map((p) => p.url);
