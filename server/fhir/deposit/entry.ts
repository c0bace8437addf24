/** The XDS entry of a document: what FHIR says, then the CDA's header, then the defaults. */
import type { DocumentReference, Identifier, Patient } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { cxIdentifier } from '../../../mappings/codecs/identifiers.ts';
import { patientInfo } from '../../../mappings/codecs/patient-info.ts';
import { documentEntryFromFhir } from '../../../mappings/document-entry.ts';
import { insFromToken, isPatientOid } from '../../../mappings/ins.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { completeAuthor, withCallerNamed } from './author.ts';
import { confidentialityOf, withDisplays } from './complete.ts';
import { defaultsFor } from './defaults.ts';
import { ownExtensions } from './extensions.ts';
import { located } from './located.ts';
import { oidOf } from './oid.ts';
import type { Subject, Surroundings } from './subject.ts';

/** What an entry is made of, beside the resource. */
export interface EntryFacts {
  /** CX of the INS. */
  patientId: string;
  /** The establishment's identity of the patient. */
  identity?: Subject['identity'];
  /** Canonical media type of what was deposited. */
  media: string;
  header: CdaHeader | undefined;
  patient: Patient | undefined;
  caller: Caller;
  services: Pick<Services, 'structures' | 'now'>;
}

/** A DocumentReference, and where it stands. */
export interface EntrySource {
  /** id of the entry in the submission: `Document01`. */
  entryId: string;
  resource: DocumentReference;
  /** FHIRPath of the resource. */
  path: string;
  around: Pick<Surroundings, 'patients'>;
}

/** @throws IssueError what the mapping finds wrong with the resource */
export function toEntry({ entryId, resource, path, around }: EntrySource, facts: EntryFacts): DocumentEntry {
  const { patientId, identity, media, header, patient, caller, services } = facts;
  const uniqueId = oidOf(resource.masterIdentifier, `${path}.masterIdentifier`);
  const entry = located(path, () =>
    documentEntryFromFhir(describe(withCallerNamed(resource, caller), uniqueId, header), {
      patientId,
      ...(patient ? { sourcePatientInfo: patientInfo.encode(patient) } : {}),
      defaults: defaultsFor({
        resource,
        media,
        header,
        caller,
        structure: structureOf(caller, services),
        now: services.now(),
      }),
      resolve: ({ reference }) =>
        around.patients?.find((p) => p.fullUrl !== undefined && p.fullUrl === reference)?.resource,
    }),
  );
  // What the registry gives is not a depositor's to say.
  const {
    availabilityStatus: _s,
    logicalId: _l,
    version: _v,
    homeCommunityId: _h,
    repositoryUniqueId: _r,
    uri: _u,
    ...own
  } = entry;
  return withDisplays({
    ...own,
    id: entryId,
    mimeType: mimeTypeOf(header),
    patientId,
    sourcePatientId: sourceIdOf(resource, identity, patient, own.sourcePatientId) ?? patientId,
    authors: own.authors.map((author) => completeAuthor(author, caller)),
    confidentialityCodes: confidentialityOf(own.confidentialityCodes),
  });
}

/**
 * The resource as the mapping is to see it: the description of what the DMP will hold, a CDA. A CDA says itself when it was
 * written: `date` then stands for its indexing.
 */
function describe(resource: DocumentReference, uniqueId: string, header: CdaHeader | undefined): DocumentReference {
  const { data: _data, url: _url, hash: _hash, size: _size, ...attachment } = resource.content[0]?.attachment ?? {};
  return {
    ...resource,
    ...(header && attachment.creation === undefined ? { date: undefined } : {}),
    identifier: undefined,
    extension: ownExtensions(resource.extension),
    masterIdentifier: { use: 'usual', system: uris, value: `urn:oid:${uniqueId}` },
    content: [{ ...resource.content[0], attachment: { ...attachment, contentType: mimeTypeOf(header) } }],
  };
}

/** What the DMP is told that it holds: a CDA, which may stand inside its own stylesheet (dmp-wire §3.4, mimeType). */
const mimeTypeOf = (header: CdaHeader | undefined): string =>
  header?.selfPresenting ? 'application/xslt+xml' : 'text/xml';

/**
 * The patient's identifier in the depositing system, as CX: said by the reference (MHD), else that of the establishment's
 * identity, else the local one of the Patient, typed PI whether or not the client says so (dmp-wire §3.2: PI or NH), else what
 * the mapping or the CDA found.
 */
function sourceIdOf(
  resource: DocumentReference,
  identity: Subject['identity'],
  patient: Patient | undefined,
  found: string | undefined,
): string | undefined {
  const said = resource.context?.sourcePatientInfo?.identifier;
  const own = identity && { system: identity.system, value: identity.value };
  // An INS-C is neither the establishment's nor an INS.
  const isOwn = (i: Identifier): boolean => !isPatientOid(i.system?.replace(/^urn:oid:/, ''));
  const local =
    (said && (isOwn(said) || insFromToken(said.system, said.value)) ? said : undefined) ??
    own ??
    patient?.identifier?.find((i) => i.system?.startsWith('urn:oid:') && isOwn(i));
  // The INS needs no form of the client's: it is written as the patientId is.
  const isNational = (cx: string | undefined): boolean => isPatientOid(cx?.split('^')[3]?.split('&')[1]);
  if (!local || insFromToken(local.system, local.value)) return isNational(found) ? undefined : found;
  return cxIdentifier.encode({ ...local, type: { coding: [{ code: 'PI' }] } }) ?? found;
}
