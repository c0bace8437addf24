/**
 * The answer to « has this patient a DMP? » as a FHIR Patient (fr-core-patient 2.1.0).
 *
 * Source: PDSm4DMP, page TD0.2 (spec fhir A.7): `active`, extensions dmp-fermeture, dmp-rattachement-mes and
 * dmp-medecin-traitant, whose types the guide leaves open (ours are in `profiles/patient-*.json`, marked as assumed);
 * names in the slices officialName (at birth) and usualName (in use). The status of the access authorisation has no
 * place in the guide: it stands in an extension of ours. Identifiers: fr-core, slices by type.
 */
import type { Coding, ContactPoint, Extension, HumanName, Identifier, Patient } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, ours, v2IdentifierTypes } from './canonicals.ts';
import { dtm, dtmDate } from './codecs/dtm.ts';
import type { ExistenceAnswer, PatientFacts } from './hl7v3/existence.ts';
import { insOids, insTypes, type PatientId } from './ins.ts';

const dmp = 'https://interop.esante.gouv.fr/ig/fhir/dmp/StructureDefinition';
/** Canonical URLs of the extensions; the first three are the guide's, their types are assumed. */
export const patientExtensions = {
  closure: `${dmp}/dmp-fermeture`,
  monEspaceSante: `${dmp}/dmp-rattachement-mes`,
  treatingPhysician: `${dmp}/dmp-medecin-traitant`,
  authorization: `${ours}/StructureDefinition/dmp-autorisation`,
  observation: `${ours}/StructureDefinition/dmp-observation`,
} as const;

/** Code systems of the DMP's own codes (dmp-wire §6). */
const authorizationSystem = 'urn:oid:1.2.250.1.213.4.1.2.6.2';
const closureSystem = 'urn:oid:1.2.250.1.213.4.1.2.4';

export const frCorePatient = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient';
/** Tags: where the identity traits come from; that they were left out. */
export const traitsFromDmp: Coding = {
  system: `${ours}/CodeSystem/traits-source`,
  code: 'dmp',
  display: 'Traits d’identité issus du DMP',
};
export const subsetted: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/**
 * Why the DMP did not answer the question, when it did not (acknowledgement AE or AR): its code and sentence. The
 * client raises it as a DmpError of kind `hl7`.
 */
export function refusalOf(answer: ExistenceAnswer): { code: string; text?: string } | undefined {
  if (answer.acknowledgement === 'AA' || answer.acknowledgement === 'CA') return undefined;
  return answer.details[0] ?? { code: answer.acknowledgement };
}

/** Whether the patient of the answer bears the INS that was asked for. */
export function isAbout(answer: ExistenceAnswer, ins: PatientId): boolean {
  return answer.patients.some((p) => p.identifiers.some((id) => id.system === ins.oid && id.value === ins.value));
}

/**
 * The Patient of an answer; `undefined` when the patient has no DMP (NF). Not for refused questions: see `refusalOf`.
 *
 * @param context.traits `withhold` leaves out name, sex, birth date, telecom and address: software must not show those
 *   of the DMP instead of its own (RG_0320). The INS-C is never given (spec auth §1.5).
 */
export function existenceToPatient(
  answer: ExistenceAnswer,
  context: { id: string; traits: 'show' | 'withhold' },
): Patient | undefined {
  const facts = answer.patients[0];
  if (!facts) return undefined;
  const show = context.traits === 'show';
  const extension = extensionsOf(answer, facts);
  const identifier = facts.identifiers.flatMap((id) => identifierOf(id) ?? []);
  return {
    resourceType: 'Patient',
    id: context.id,
    meta: { profile: [frCorePatient], tag: [show ? traitsFromDmp : subsetted] },
    ...(extension.length === 0 ? {} : { extension }),
    ...(identifier.length === 0 ? {} : { identifier }),
    // The guide: true for an active DMP, false for a closed one or one of unknown status.
    active: facts.status === 'active',
    ...(show ? traitsOf(facts) : {}),
  };
}

function extensionsOf(answer: ExistenceAnswer, facts: PatientFacts): Extension[] {
  const { RATTACHEMENT_ENS: attached, ...others } = facts.observations ?? {};
  const closedAt = answer.closureDate === undefined ? undefined : dtm.decode(answer.closureDate);
  const reason = answer.closureReason;
  const closure: Extension[] = [
    ...(closedAt === undefined ? [] : [{ url: 'dateFermeture', valueDateTime: closedAt }]),
    ...(reason === undefined
      ? []
      : [{ url: 'motifFermeture', valueCodeableConcept: { coding: [{ system: closureSystem, code: reason.code }] } }]),
    ...(reason?.text === undefined ? [] : [{ url: 'raisonFermeture', valueString: reason.text }]),
  ];
  return [
    ...(closure.length === 0 ? [] : [{ url: patientExtensions.closure, extension: closure }]),
    ...(attached === undefined ? [] : [{ url: patientExtensions.monEspaceSante, valueBoolean: attached }]),
    ...(answer.treatingPhysician === undefined
      ? []
      : [{ url: patientExtensions.treatingPhysician, valueBoolean: answer.treatingPhysician }]),
    ...(answer.authorization === undefined
      ? []
      : [
          {
            url: patientExtensions.authorization,
            valueCoding: { system: authorizationSystem, code: answer.authorization },
          },
        ]),
    ...Object.entries(others).map(([code, value]) => ({
      url: patientExtensions.observation,
      extension: [
        { url: 'code', valueCode: code },
        { url: 'value', valueBoolean: value },
      ],
    })),
  ];
}

/**
 * The Patient that documents are about, of whom nothing was asked: the INS, and no trait. Those that documents carry
 * (sourcePatientInfo) are what their sources wrote then; who the person is, the identity services tell.
 */
export function patientOfIns(ins: PatientId, id: string): Patient {
  const identifier = identifierOf({ system: ins.oid, value: ins.value });
  return {
    resourceType: 'Patient',
    id,
    meta: { tag: [subsetted] },
    ...(identifier ? { identifier: [identifier] } : {}),
  };
}

/**
 * An INS as an Identifier. The real NIR (.8) is in fr-core's slice NSS, whose type is NH; the others have their own type
 * only, for NH would put them into that slice, which wants .8. What is no INS (INS-C, unknown authorities) is left out.
 */
function identifierOf({ system, value }: { system: string; value: string }): Identifier | undefined {
  const type = insTypes[system];
  if (type === undefined) return undefined;
  const own = { system: frCoreIdentifierTypes, code: type };
  return {
    // A NIA is provisional by nature (fr-core-patient-ins: temp).
    use: system === insOids.nia ? 'temp' : 'official',
    type: { coding: system === insOids.nir ? [{ system: v2IdentifierTypes, code: 'NH' }, own] : [own] },
    system: `urn:oid:${system}`,
    value,
  };
}

const genders: Readonly<Record<string, Patient['gender']>> = {
  F: 'female',
  M: 'male',
  U: 'unknown',
  UN: 'other',
  O: 'other',
};

function traitsOf(facts: PatientFacts): Partial<Patient> {
  const name = namesOf(facts);
  const telecom = (facts.telecom ?? []).flatMap((t) => telecomOf(t) ?? []);
  const birthDate = facts.birthDate === undefined ? undefined : birthDateOf(facts.birthDate);
  const gender = facts.sex === undefined ? undefined : (genders[facts.sex] ?? 'unknown');
  const a = facts.address;
  const line = [a?.streetAddressLine, a?.additionalLocator].flatMap((l) => l?.split('\n') ?? []);
  return {
    ...(name.length === 0 ? {} : { name }),
    ...(telecom.length === 0 ? {} : { telecom }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(facts.deceased === undefined ? {} : { deceasedBoolean: facts.deceased }),
    ...(a === undefined
      ? {}
      : {
          address: [
            {
              ...(line.length === 0 ? {} : { line }),
              ...(a.city === undefined ? {} : { city: a.city }),
              ...(a.postalCode === undefined ? {} : { postalCode: a.postalCode }),
              ...(a.country === undefined ? {} : { country: a.country }),
            },
          ],
        }),
  };
}

/** officialName needs a family and a given name (fr-core); without a name at birth there is only the one in use. */
function namesOf({ name }: PatientFacts): HumanName[] {
  if (!name) return [];
  const rest = {
    ...(name.given.length === 0 ? {} : { given: name.given }),
    ...(name.prefix === undefined ? {} : { prefix: [name.prefix] }),
  };
  const names: HumanName[] = [];
  if (name.birth !== undefined && name.given.length > 0) names.push({ use: 'official', family: name.birth, ...rest });
  if (name.usage !== undefined || names.length === 0) {
    const family = name.usage ?? name.birth;
    if (family !== undefined || name.given.length > 0)
      names.push({ use: 'usual', ...(family === undefined ? {} : { family }), ...rest });
  }
  return names;
}

const telecomUses: Readonly<Record<string, ContactPoint['use']>> = {
  HP: 'home',
  H: 'home',
  WP: 'work',
  MC: 'mobile',
  HV: 'temp',
  TMP: 'temp',
};

function telecomOf({ value, use }: { value: string; use?: string }): ContactPoint | undefined {
  const found = /^(mailto|tel|fax|https?):(.+)$/i.exec(value);
  if (!found) return undefined;
  const scheme = (found[1] ?? '').toLowerCase();
  const systems: Readonly<Record<string, 'email' | 'phone' | 'fax'>> = { mailto: 'email', tel: 'phone', fax: 'fax' };
  const system = systems[scheme] ?? 'url';
  const known = use === undefined ? undefined : telecomUses[use];
  return { system, value: system === 'url' ? value : found[2], ...(known === undefined ? {} : { use: known }) };
}

/** A civil register may know no month or day (00, or a « lunar » month): what is certain is kept. */
function birthDateOf(wire: string): string | undefined {
  for (const length of [8, 6, 4]) {
    const date = wire.length < length ? undefined : dtmDate.decode(wire.slice(0, length));
    if (date !== undefined) return date;
  }
  return undefined;
}
