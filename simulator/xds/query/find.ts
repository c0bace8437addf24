/** The Find… queries: everything of one patient that meets the parameters (IHE ITI TF-2 §3.18.4.1.2.3.7.1–3, .14). */
import type { Exchange } from '../../exchange.ts';
import { refuseClosed } from '../../patient.ts';
import { findPatient } from '../../world.ts';
import { readCx, readIns } from '../composites.ts';
import { identifier } from '../metadata.ts';
import type { StoredDocument } from '../registry.ts';
import { isListed, isOfPatient, isVisibleSet } from '../visibility.ts';
import { entryScheme, folderScheme, setScheme, signatureEntry } from '../vocabulary.ts';
import { hasAuthor, hasCode, hasValue, isAmong, isWithin } from './filters.ts';
import { entryParameter as entry, type Found, type Parameters, QueryRefused, valueOf, valuesOf } from './parameters.ts';

const signatureClass = `${signatureEntry.classCode.code}^^${signatureEntry.classCode.system}`;

/** FindDocuments, and FindDocumentsByReferenceId: the same with one more criterion. */
export function findDocuments(parameters: Parameters, exchange: Exchange): Found {
  requirePatient(valueOf(parameters, entry('PatientId')), exchange);
  const wanted = (document: StoredDocument): boolean => {
    const { entry: e } = document;
    return (
      isListed(document, exchange) &&
      // a list of documents does not show the signatures of their sets, unless they are what is asked for
      (!document.signature || (valuesOf(parameters, entry('ClassCode'))?.includes(signatureClass) ?? false)) &&
      isAmong(e.status, parameters, entry('Status')) &&
      isAmong(e.objectType, parameters, entry('Type')) &&
      hasCode(e, entryScheme.classCode, parameters, entry('ClassCode')) &&
      hasCode(e, entryScheme.typeCode, parameters, entry('TypeCode')) &&
      hasCode(e, entryScheme.practiceSettingCode, parameters, entry('PracticeSettingCode')) &&
      hasCode(e, entryScheme.healthcareFacilityTypeCode, parameters, entry('HealthcareFacilityTypeCode')) &&
      hasCode(e, entryScheme.eventCodeList, parameters, entry('EventCodeList')) &&
      hasCode(e, entryScheme.confidentialityCode, parameters, entry('ConfidentialityCode')) &&
      hasCode(e, entryScheme.formatCode, parameters, entry('FormatCode')) &&
      hasValue(e, 'urn:ihe:iti:xds:2013:referenceIdList', parameters, entry('ReferenceIdList')) &&
      hasAuthor(e, entryScheme.author, parameters, entry('AuthorPerson')) &&
      isWithin(e, 'creationTime', parameters, entry('CreationTime')) &&
      isWithin(e, 'serviceStartTime', parameters, entry('ServiceStartTime')) &&
      isWithin(e, 'serviceStopTime', parameters, entry('ServiceStopTime'))
    );
  };
  const objects = exchange.world.registry.documents().filter(wanted);
  return { objects: objects.map((d) => d.entry), associations: [] };
}

/** FindSubmissionSets. */
export function findSubmissionSets(parameters: Parameters, exchange: Exchange): Found {
  requirePatient(valueOf(parameters, '$XDSSubmissionSetPatientId'), exchange);
  const objects = exchange.world.registry
    .sets()
    .filter(
      (s) =>
        isOfPatient(s, exchange) &&
        isAmong(s.object.status, parameters, '$XDSSubmissionSetStatus') &&
        isAmong(identifier(s.object, setScheme.sourceId), parameters, '$XDSSubmissionSetSourceId') &&
        hasCode(s.object, setScheme.contentTypeCode, parameters, '$XDSSubmissionSetContentType') &&
        hasAuthor(s.object, setScheme.author, parameters, '$XDSSubmissionSetAuthorPerson') &&
        isWithin(s.object, 'submissionTime', parameters, '$XDSSubmissionSetSubmissionTime') &&
        isVisibleSet(s, exchange),
    );
  return { objects: objects.map((s) => s.object), associations: [] };
}

/** FindFolders. */
export function findFolders(parameters: Parameters, exchange: Exchange): Found {
  requirePatient(valueOf(parameters, '$XDSFolderPatientId'), exchange);
  const objects = exchange.world.registry
    .folders()
    .filter(
      (f) =>
        isOfPatient(f, exchange) &&
        isAmong(f.object.status, parameters, '$XDSFolderStatus') &&
        hasCode(f.object, folderScheme.codeList, parameters, '$XDSFolderCodeList') &&
        isWithin(f.object, 'lastUpdateTime', parameters, '$XDSFolderLastUpdateTime'),
    );
  return { objects: objects.map((f) => f.object), associations: [] };
}

/** @throws QueryRefused when the patient has no DMP or is not the VIHF's; SoapFault when the DMP is closed */
function requirePatient(patientId: string | undefined, exchange: Exchange): void {
  const { vihf, world } = exchange;
  const cx = readIns(patientId);
  if (cx === undefined)
    throw new QueryRefused('XDSUnknownPatientId', `Aucun DMP pour ${readCx(patientId)?.id ?? patientId ?? ''}`);
  if (vihf.patient?.value !== cx.id || vihf.patient.oid !== cx.authority)
    throw new QueryRefused('XDSPatientIdDoesNotMatch', 'Le patient de la recherche diffère de celui du VIHF');
  const patient = findPatient(world, { value: cx.id, oid: cx.authority });
  if (patient === undefined || patient.dmp === 'none')
    throw new QueryRefused('XDSUnknownPatientId', `Aucun DMP pour ${cx.id}`);
  refuseClosed(exchange);
}
