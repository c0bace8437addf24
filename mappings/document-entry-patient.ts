/**
 * sourcePatientId and sourcePatientInfo ↔ context.sourcePatientInfo: the identifier stands on the reference (MHD) and
 * first among those of the contained Patient (fr-core), the traits in that Patient.
 */
import type { DocumentReference, Patient } from '@medplum/fhirtypes';
import { cxIdentifier } from './codecs/identifiers.ts';
import { isPatientOid } from './ins.ts';
import { patientInfo } from './codecs/patient-info.ts';
import { recurring } from './recurring.ts';
import type { Draft, Row, Source } from './rows.ts';
import { same } from './same.ts';
import type { DocumentEntry } from './xds.ts';

type Doc = DocumentReference;
const containedId = 'source-patient';
const path = 'DocumentReference.context.sourcePatientInfo';

/** The contained Patient, made when first needed. */
export function sourcePatient(draft: Draft<Doc>): Patient {
  const found = draft.resource.contained?.find((c) => c.id === containedId);
  if (found) return found as Patient;
  const patient: Patient & { id: string } = { resourceType: 'Patient', id: containedId };
  (draft.resource.context ??= {}).sourcePatientInfo = draft.contain(patient);
  return patient;
}

function patientIn(s: Source<Doc>): Patient | undefined {
  const reference = s.resource.context?.sourcePatientInfo;
  // A logical reference gives an identifier and nothing else.
  if (reference === undefined || (reference.reference === undefined && reference.identifier)) return undefined;
  const found = s.resolve(reference, path)?.resource;
  return found?.resourceType === 'Patient' ? found : undefined;
}

/** The identifier of the source: said by the reference, else the local one (PI), else the first. */
function idIn(s: Source<Doc>, patient: Patient | undefined): string | undefined {
  const all = patient?.identifier ?? [];
  const local = all.find((i) => i.type?.coding?.some((c) => c.code === 'PI')) ?? all[0];
  const given = s.resource.context?.sourcePatientInfo?.identifier ?? local;
  return given === undefined ? undefined : cxIdentifier.encode(given);
}

const sourcePatientId: Row<DocumentEntry, Doc, 'sourcePatientId'> = {
  xds: 'sourcePatientId',
  ebrim: 'Slot sourcePatientId',
  fhir: `${path}.identifier, contained Patient.identifier`,
  codec: 'CX',
  ...recurring(
    (value: string) => ({ identifier: cxIdentifier.decode(value) }),
    ({ identifier }, draft: Draft<Doc>) => {
      const patient = sourcePatient(draft);
      const reference = draft.resource.context?.sourcePatientInfo;
      if (identifier === undefined || reference === undefined) return;
      reference.identifier = identifier;
      patient.identifier = [identifier];
    },
    'sourcePatientInfo',
  ),
  read: (s) => idIn(s, patientIn(s)),
};

const sourcePatientInfo: Row<DocumentEntry, Doc, 'sourcePatientInfo'> = {
  xds: 'sourcePatientInfo',
  ebrim: 'Slot sourcePatientInfo',
  fhir: `${path} (contained Patient)`,
  codec: 'PID-3, 5, 7, 8, 11',
  loss: 'Of the Patient: what PID-3, 5, 7, 8 and 11 have no place for; the INS, which is the subject’s.',
  ...recurring(
    (value: string[]) => {
      const { identifier, ...traits } = patientInfo.decode(value);
      return { identifier, traits };
    },
    ({ identifier, traits }, draft: Draft<Doc>) => {
      const patient = sourcePatient(draft);
      Object.assign(patient, traits);
      // Without sourcePatientId a first identifier would be taken for it: PID-3 is then kept exactly, not shown.
      if (identifier && patient.identifier) patient.identifier = [...patient.identifier, ...identifier];
    },
    'sourcePatientId',
  ),
  read(s) {
    const patient = patientIn(s);
    if (patient === undefined) return undefined;
    const own = idIn(s, patient);
    const rest = [...(patient.identifier ?? [])];
    const at = rest.findIndex((i) => same(cxIdentifier.encode(i), own));
    if (at >= 0) rest.splice(at, 1);
    return patientInfo.encode({
      ...patient,
      identifier: rest.filter((i) => !isPatientOid(i.system?.replace('urn:oid:', ''))),
    });
  },
};

/** In this order: the traits look at whether there is an identifier. */
export const patientRows = [sourcePatientId, sourcePatientInfo] as const;
