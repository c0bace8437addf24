/** FHIR resources as a client would send them, about the invented people of the simulator's story. */
import { createHash, randomUUID } from 'node:crypto';
import type {
  Binary,
  Bundle,
  BundleEntry,
  Consent,
  DocumentReference,
  Extension,
  List,
  Patient,
  Subscription,
} from '@medplum/fhirtypes';

export const INS_TEST = 'urn:oid:1.2.250.1.213.1.4.10';
export const PDSM = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition';

/** The story's patients (simulator/README.md). */
export const patients = {
  P1: { ins: '236046999012376', family: 'BASTIDE', given: 'ODETTE', gender: 'female', birthDate: '1936-04-12' },
  P2: { ins: '141112A99004563', family: 'CAVALLINI', given: 'ANGE-TOUSSAINT', gender: 'male', birthDate: '1941-11-03' },
  P3: { ins: '229072699003171', family: 'LAMY', given: 'SOLANGE', gender: 'female', birthDate: '1929-07-30' },
  P4: { ins: '150027499020861', family: 'LEPRATE', given: 'MARCEL', gender: 'male', birthDate: '1950-02-18' },
  P5: { ins: '147096399001732', family: "D'AUBERIVE", given: 'JEAN-NOËL', gender: 'male', birthDate: '1947-09-05' },
  P6: { ins: '238124299006619', family: 'PELISSON', given: 'THÉRÈSE', gender: 'female', birthDate: '1938-12-24' },
  P7: { ins: '213052B99001288', family: 'SANTELLI', given: 'LILOU', gender: 'female', birthDate: '2013-05-17' },
  P8: { ins: '236043899007786', family: 'QUERCY', given: 'ODILE', gender: 'female', birthDate: '1936-04-21' },
} as const;
export type Who = keyof typeof patients;
/** One of the story, or anybody else. */
export interface Someone {
  ins: string;
  family: string;
  given: string;
  gender: 'female' | 'male';
  birthDate: string;
}
const someone = (who: Who | Someone): Someone => (typeof who === 'string' ? patients[who] : who);

/** An OID that nobody used before. */
export const newOid = (): string => `2.25.${BigInt(`0x${randomUUID().replace(/-/g, '')}`)}`;

export function patientResource(who: Who | Someone, id = 'patient'): Patient {
  const p = someone(who);
  return {
    resourceType: 'Patient',
    id,
    identifier: [
      {
        use: 'official',
        type: {
          coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INS-NIR-TEST' }],
        },
        system: INS_TEST,
        value: p.ins,
      },
    ],
    name: [{ use: 'official', family: p.family, given: [p.given] }],
    gender: p.gender,
    birthDate: p.birthDate,
    extension: [reliability('VALI')],
  };
}

/** How reliable an identity is, as fr-core says it: with an INS, VALI is a qualified one. */
export function reliability(status: string): Extension {
  return {
    url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
    extension: [
      {
        url: 'identityStatus',
        valueCoding: { system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445', code: status },
      },
    ],
  };
}

/** What a patient allows, as lean as it goes. @param topic code of our CodeSystem consent-topic */
export function consent(who: Who | Someone, topic: string, decision: 'permit' | 'deny' = 'permit'): Consent {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'https://dmp-fhir.example/CodeSystem/consent-topic', code: topic }] }],
    patient: { identifier: { system: INS_TEST, value: someone(who).ins } },
    dateTime: '2026-11-20T09:00:00Z',
    policy: [{ uri: `https://dmp-fhir.example/policy/${topic}` }],
    provision: { type: decision },
  };
}

/** The nurse of the care home, as PDSm wants an author: contained PractitionerRole, Practitioner, Organization. */
export const nurse = [
  {
    resourceType: 'Practitioner' as const,
    id: 'nurse',
    identifier: [
      {
        type: { coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'IDNPS' }] },
        system: 'urn:oid:1.2.250.1.71.4.2.1',
        value: '899700204581',
      },
    ],
    name: [{ family: 'LE BIHAN', given: ['YANN'] }],
  },
  {
    resourceType: 'Organization' as const,
    id: 'ehpad',
    identifier: [
      {
        use: 'official' as const,
        type: { coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'IDNST' }] },
        system: 'urn:oid:1.2.250.1.71.4.2.2',
        value: '1990100109',
      },
    ],
    name: 'EHPAD FICTIF LE VERGER',
  },
  {
    resourceType: 'PractitionerRole' as const,
    id: 'author',
    practitioner: { reference: '#nurse' },
    organization: { reference: '#ehpad' },
    code: [
      {
        coding: [
          {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante',
            code: '60',
            display: 'Infirmier',
          },
        ],
      },
    ],
  },
];

export interface Deposit {
  who?: Who | Someone;
  uniqueId?: string;
  content: Buffer;
  contentType: string;
  title?: string;
  type?: { system: string; code: string };
  securityLabel?: { system: string; code: string }[];
  date?: string;
}

export const TYPE_SOCIAL = { system: 'http://loinc.org', code: '28653-4' };
export const N = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' };
export const VISIBILITY =
  'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';

/** A PDSm simplified publish (ITI-105), as lean as the profile allows. */
export function simplified(d: Deposit): DocumentReference {
  const who = d.who ?? 'P1';
  return {
    resourceType: 'DocumentReference',
    meta: { profile: [`${PDSM}/pdsm-simplified-publish`] },
    contained: [patientResource(who), ...nurse],
    masterIdentifier: { use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:${d.uniqueId ?? newOid()}` },
    status: 'current',
    type: { coding: [d.type ?? TYPE_SOCIAL] },
    subject: { identifier: { system: INS_TEST, value: someone(who).ins } },
    date: d.date ?? '2026-11-20T09:30:00Z',
    author: [{ reference: '#author' }],
    custodian: {
      identifier: { system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1990100109' },
      display: 'EHPAD FICTIF LE VERGER',
    },
    ...(d.securityLabel ? { securityLabel: d.securityLabel.map((coding) => ({ coding: [coding] })) } : {}),
    content: [
      { attachment: { contentType: d.contentType, data: d.content.toString('base64'), title: d.title ?? 'Note' } },
    ],
    context: { sourcePatientInfo: { reference: '#patient' } },
  };
}

const sha1 = (b: Buffer): string => createHash('sha1').update(b).digest('base64');

/** A PDSm comprehensive DocumentReference for a transaction; the Binary is at `binaryUrl`. */
export function comprehensive(d: Deposit, binaryUrl: string): DocumentReference {
  const base = simplified(d);
  return {
    ...base,
    meta: { profile: [`${PDSM}/pdsm-comprehensive-document-reference`] },
    identifier: undefined,
    category: [
      {
        coding: [
          { system: 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument', code: '10' },
        ],
      },
    ],
    securityLabel: base.securityLabel ?? [{ coding: [N] }],
    content: [
      {
        attachment: {
          contentType: d.contentType,
          language: 'fr-FR',
          url: binaryUrl,
          size: d.content.length,
          hash: sha1(d.content),
          title: d.title ?? 'Note',
          creation: d.date ?? '2026-11-20T09:30:00Z',
        },
        format: {
          system: 'urn:oid:1.3.6.1.4.1.19376.1.2.3',
          code: d.contentType === 'application/pdf' ? 'urn:ihe:iti:xds-sd:pdf:2008' : 'urn:ihe:iti:xds-sd:text:2008',
        },
      },
    ],
    context: {
      period: { start: '2026-11-20T08:00:00Z' },
      facilityType: {
        coding: [
          {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite',
            code: 'SA17',
          },
        ],
      },
      practiceSetting: {
        coding: [
          { system: 'https://mos.esante.gouv.fr/NOS/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice', code: 'ESSMS' },
        ],
      },
      sourcePatientInfo: { reference: '#patient' },
    },
  };
}

/** An ITI-65 transaction of one List and, for each deposit, a DocumentReference and its Binary. */
export function provideBundle(deposits: Deposit[], who: Who | Someone = 'P1'): Bundle {
  const entries: BundleEntry[] = [];
  const items: { reference: string }[] = [];
  for (const d of deposits) {
    const binaryUrl = `urn:uuid:${randomUUID()}`;
    const documentUrl = `urn:uuid:${randomUUID()}`;
    const binary: Binary = { resourceType: 'Binary', contentType: d.contentType, data: d.content.toString('base64') };
    items.push({ reference: documentUrl });
    entries.push({
      fullUrl: documentUrl,
      resource: comprehensive({ who, ...d }, binaryUrl),
      request: { method: 'POST', url: 'DocumentReference' },
    });
    entries.push({ fullUrl: binaryUrl, resource: binary, request: { method: 'POST', url: 'Binary' } });
  }
  const list: List = {
    resourceType: 'List',
    meta: { profile: [`${PDSM}/pdsm-submissionset-comprehensive`] },
    contained: [...nurse],
    extension: [
      {
        url: 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-designationType',
        valueCodeableConcept: { coding: [{ system: 'urn:oid:1.2.250.1.213.2.2', code: '11' }] },
      },
      {
        url: 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId',
        valueIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:2.16.840.1.113883.19.7602' },
      },
    ],
    identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` }],
    status: 'current',
    mode: 'working',
    title: 'Dépôt du matin',
    code: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', code: 'submissionset' }] },
    subject: { identifier: { system: INS_TEST, value: someone(who).ins } },
    date: '2026-11-20T10:00:00Z',
    source: { reference: '#author' },
    entry: items.map((item) => ({ item })),
  };
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${PDSM}/pdsm-comprehensive-provide-document-bundle`] },
    type: 'transaction',
    entry: [
      { fullUrl: `urn:uuid:${randomUUID()}`, resource: list, request: { method: 'POST', url: 'List' } },
      ...entries,
    ],
  };
}

/** A PDSm folder. */
export const folder = (items: string[], more: Partial<List> = {}): List => ({
  resourceType: 'List',
  meta: { profile: [`${PDSM}/pdsm-folder-comprehensive`] },
  extension: [
    {
      url: 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-designationType',
      valueCodeableConcept: { coding: [{ system: 'urn:oid:1.2.250.1.213.2.2', code: '11' }] },
    },
  ],
  identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` }],
  status: 'current',
  mode: 'working',
  title: 'Suivi des plaies',
  code: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', code: 'folder' }] },
  subject: { identifier: { system: INS_TEST, value: patients.P1.ins } },
  date: '2026-11-20T10:00:00Z',
  entry: items.map((reference) => ({ item: { reference } })),
  ...more,
});

/** A set of documents with a folder; the set lists the folder too. */
export function withFolder(
  deposits: Deposit[],
  make: (documents: string[]) => List,
  request: BundleEntry['request'],
): Bundle {
  const bundle = provideBundle(deposits);
  const documents = bundle
    .entry!.filter((e) => e.resource!.resourceType === 'DocumentReference')
    .map((e) => e.fullUrl!);
  const fullUrl = `urn:uuid:${randomUUID()}`;
  bundle.entry!.push({ fullUrl, resource: make(documents), request });
  (bundle.entry![0]!.resource as List).entry!.push({ item: { reference: fullUrl } });
  return bundle;
}

/** Start of the names of DSUBm's topics. */
export const dsubmTopic = 'https://profiles.ihe.net/ITI/DSUBm/SubscriptionTopic/DSUBm-SubscriptionTopic-';

/** A Subscription to the documents of P1. @param topic the end of its name, `DocReference-PatientDependent-AllEvents`… */
export function subscriptionTo(
  endpoint: string,
  topic: string = 'DocReference-PatientDependent-AllEvents',
  payload: string = 'application/fhir+json',
): Subscription {
  const filter = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria';
  const criteria = `DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;
  const resource = {
    resourceType: 'Subscription' as const,
    status: 'requested' as const,
    reason: 'Suivi',
    criteria: `${dsubmTopic}${topic}`,
    _criteria: { extension: [{ url: filter, valueString: criteria }] },
    channel: { type: 'rest-hook' as const, endpoint, payload },
  };
  return resource;
}
