/**
 * What all Consents here have in common: IHE PCF's Basic shape (spec fhir D.4) on fr-core's Consent, which only narrows the
 * references. PCF's own definitions could not be read whole: ours, in `profiles/`, are marked as assumed.
 */
import type { Coding, Consent, Organization, Practitioner, Reference, Resource } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, ours } from '../canonicals.ts';
import type { Issue } from '../outcome.ts';
import { consentTopicSystem } from './topics.ts';

export const consentProfiles = {
  patient: `${ours}/StructureDefinition/consent-patient`,
  authorization: `${ours}/StructureDefinition/consent-dmp-authorization`,
} as const;
/** Who recorded a version: set by this server from the token, never taken from the client. */
export const extRecorder = `${ours}/StructureDefinition/consent-recorder`;
/** The DMP's own status of an authorisation, and when its holder last used it. */
export const extAuthorizationStatus = `${ours}/StructureDefinition/dmp-autorisation`;
export const extLastAction = `${ours}/StructureDefinition/dmp-last-action`;

export const patientPrivacy: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/consentscope',
  code: 'patient-privacy',
  display: 'Privacy Consent',
};
const informationRecipient: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  code: 'IRCP',
  display: 'information recipient',
};

/** OIDs of the national identifiers of professionals and structures (dmp-wire §3.3). */
const nationalIdentifiers = {
  professional: { oid: '1.2.250.1.71.4.2.1', type: 'IDNPS', resource: 'Practitioner' },
  structure: { oid: '1.2.250.1.71.4.2.2', type: 'IDNST', resource: 'Organization' },
} as const;
export type HolderKind = keyof typeof nationalIdentifiers;

/** A professional or structure by national identifier: a logical reference. */
export function holderReference<R extends Resource = Practitioner | Organization>(
  kind: HolderKind,
  id: string,
  display?: string,
): Reference<R> {
  const { oid, type, resource } = nationalIdentifiers[kind];
  return {
    type: resource,
    identifier: {
      type: { coding: [{ system: frCoreIdentifierTypes, code: type }] },
      system: `urn:oid:${oid}`,
      value: id,
    },
    ...(display ? { display } : {}),
  };
}

/** The holder that a logical reference names; undefined when it names none by a national identifier. */
export function holderOf(reference: Reference | undefined): { kind: HolderKind; id: string } | undefined {
  const { system, value } = reference?.identifier ?? {};
  const kind = (Object.keys(nationalIdentifiers) as HolderKind[]).find((k) => {
    const { oid } = nationalIdentifiers[k];
    return system === `urn:oid:${oid}` || system === oid;
  });
  return kind && value ? { kind, id: value } : undefined;
}

export const actorOf = (
  reference: Reference<Practitioner | Organization>,
): NonNullable<Consent['provision']>['actor'] => [{ role: { coding: [informationRecipient] }, reference }];

/** The codes of a Consent's categories in our system. */
export const categoryCodes = (consent: Consent): string[] =>
  consent.category.flatMap((c) =>
    (c.coding ?? []).filter((x) => x.system === consentTopicSystem).flatMap((x) => x.code ?? []),
  );

/** That an element of a Consent does not fit, and what would. */
export const wrongElement = (element: string, detail: string): Issue => ({
  key: 'consent-element',
  expression: `Consent.${element}`,
  values: { detail },
});

/** Elements of a provision that would narrow it. */
const narrowing = ['action', 'class', 'code', 'securityLabel', 'dataPeriod', 'data', 'provision'] as const;

/**
 * What nobody would enforce, or understand: elements that PCF's Basic consent does not have, and what must be understood or
 * refused (FHIR R4 extensibility.html#modifierExtension, resource.html#implicitRules).
 */
export function unenforced(consent: Consent): Issue[] {
  const { provision, implicitRules } = consent;
  return [
    ...narrowing
      .filter((element) => provision?.[element] !== undefined)
      .map((element) => wrongElement(`provision.${element}`, 'PCF Basic: 0..0')),
    ...((consent.verification ?? []).length > 0 ? [wrongElement('verification', 'PCF: 0..0')] : []),
    ...(implicitRules === undefined ? [] : [wrongElement('implicitRules', '0..0')]),
    ...modifiersIn(consent, '').map((place) => wrongElement(place, '0..0')),
  ];
}

/** Paths of the modifier extensions, wherever they stand. */
function modifiersIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    return name === 'modifierExtension' ? [place] : modifiersIn(member, place);
  });
}
