/**
 * What the DMP says of a patient's record and FHIR has no element for. Source: PDSm4DMP, page TD0.2 (spec fhir A.7), which
 * names dmp-fermeture, dmp-rattachement-mes and dmp-medecin-traitant and leaves their types open (ours are in
 * `profiles/patient-*.json`, marked as assumed); the others are ours.
 */
import type { Extension } from '@medplum/fhirtypes';
import { ours } from './canonicals.ts';
import { dtm } from './codecs/dtm.ts';
import type { ExistenceAnswer } from './hl7v3/facts.ts';

const dmp = 'https://interop.esante.gouv.fr/ig/fhir/dmp/StructureDefinition';
/** Canonical URLs of the extensions; the first three are the guide's, their types are assumed. */
export const patientExtensions = {
  closure: `${dmp}/dmp-fermeture`,
  monEspaceSante: `${dmp}/dmp-rattachement-mes`,
  treatingPhysician: `${dmp}/dmp-medecin-traitant`,
  authorization: `${ours}/StructureDefinition/dmp-autorisation`,
  observation: `${ours}/StructureDefinition/dmp-observation`,
  activity: `${ours}/StructureDefinition/dmp-activite`,
  /** What a creation says (`patient-opening.ts`). */
  consent: `${ours}/StructureDefinition/dmp-consentement`,
} as const;

/** Code systems of the DMP's own codes (dmp-wire §6). */
const authorizationSystem = 'urn:oid:1.2.250.1.213.4.1.2.6.2';
export const closureSystem = 'urn:oid:1.2.250.1.213.4.1.2.4';

/** An extension of parts; none when there is no part. */
const complex = (url: string, extension: Extension[]): Extension[] =>
  extension.length === 0 ? [] : [{ url, extension }];

/** What an answer says of the record of its first patient, or of the one whose indicators are given. */
export function recordExtensions(
  answer: Pick<ExistenceAnswer, 'closureDate' | 'closureReason' | 'treatingPhysician' | 'authorization'>,
  observations: Readonly<Record<string, boolean>> = {},
): Extension[] {
  const { RATTACHEMENT_ENS: attached, ...others } = observations;
  const { treatingPhysician, authorization, closureDate, closureReason: reason } = answer;
  const closedAt = closureDate === undefined ? undefined : dtm.decode(closureDate);
  return [
    ...complex(patientExtensions.closure, [
      ...(closedAt === undefined ? [] : [{ url: 'dateFermeture', valueDateTime: closedAt }]),
      ...(reason === undefined
        ? []
        : [
            { url: 'motifFermeture', valueCodeableConcept: { coding: [{ system: closureSystem, code: reason.code }] } },
          ]),
      ...(reason?.text === undefined ? [] : [{ url: 'raisonFermeture', valueString: reason.text }]),
    ]),
    ...(attached === undefined ? [] : [{ url: patientExtensions.monEspaceSante, valueBoolean: attached }]),
    ...(treatingPhysician === undefined
      ? []
      : [{ url: patientExtensions.treatingPhysician, valueBoolean: treatingPhysician }]),
    ...(authorization === undefined
      ? []
      : [{ url: patientExtensions.authorization, valueCoding: { system: authorizationSystem, code: authorization } }]),
    ...Object.entries(others).map(([code, value]) => ({
      url: patientExtensions.observation,
      extension: [
        { url: 'code', valueCode: code },
        { url: 'value', valueBoolean: value },
      ],
    })),
  ];
}

/** What happened in a record, and whether it has a message: dates of TD0.4. */
export function activityExtension(activity: {
  lastAccess?: string;
  lastUpdate?: string;
  lastAdd?: string;
  hasMessage: boolean;
}): Extension {
  const dates = (['lastAccess', 'lastUpdate', 'lastAdd'] as const).flatMap((url) => {
    const wire = activity[url];
    const valueDateTime = wire === undefined ? undefined : dtm.decode(wire);
    return valueDateTime === undefined ? [] : [{ url, valueDateTime }];
  });
  return {
    url: patientExtensions.activity,
    extension: [...dates, { url: 'message', valueBoolean: activity.hasMessage }],
  };
}
