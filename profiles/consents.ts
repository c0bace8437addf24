/**
 * Consents: the code system of topics, derived from its table, and the two profiles with their extensions. PCF's Basic consent was
 * only read second-hand (spec fhir D.4): what is taken from it is marked as assumed.
 */
import type { CodeSystem, ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { ours } from '../mappings/canonicals.ts';
import { consentProfiles, extLastAction, extRecorder, patientPrivacy } from '../mappings/consent/shape.ts';
import { authorizationCategories, consentTopicSystem, topics } from '../mappings/consent/topics.ts';
import { codeSystem, conceptOf, type Row as CodeRow } from './code-system.ts';
import { extensionDefinition, profileDefinition, type About, type Row } from './structure.ts';

const date = '2026-11-28';

function topicCodeSystem(): CodeSystem {
  const rules = {
    required: 'Nothing goes without a permit on record (setting).',
    opposition: 'Only a deny on record closes it.',
    note: 'Kept on record; opens and closes nothing by itself.',
  };
  const rows: CodeRow[] = [
    ...topics.map(({ code, en, fr, rule }) => ({ code, en, fr, definition: rules[rule] })),
    ...Object.values(authorizationCategories).map((c) => ({
      ...c,
      definition: 'Stands in the DMP: TD0.3, TD0.2, TD1.6.',
    })),
  ];
  return codeSystem(
    {
      url: consentTopicSystem,
      name: 'ConsentTopic',
      title: 'Objets du consentement',
      description: 'what a Consent of this server is about, as its category. One a Consent.',
      date,
    },
    rows.map(conceptOf),
  );
}

/** What both profiles take from PCF's Foundation and Basic (spec fhir D.4). */
const pcf: readonly Row[] = [
  ['scope', '1..1', { patternCodeableConcept: { coding: [patientPrivacy] } }],
  ['category', '1..*'],
  ['patient', '1..1'],
  ['dateTime', '1..1'],
  ['performer', '1..*'],
  ['organization', '1..*'],
  ['source[x]', '1..1'],
  ['policy', '1..*'],
  ['policy.uri', '1..1'],
  ['verification', '0..0'],
  ['provision', '1..1'],
  ['provision.type', '1..1'],
  ['provision.action', '0..0'],
  ['provision.securityLabel', '0..0'],
  ['provision.class', '0..0'],
  ['provision.code', '0..0'],
  ['provision.dataPeriod', '0..0'],
  ['provision.data', '0..0'],
  ['provision.provision', '0..0'],
];

/** What both profiles say, and one of them besides. */
const profile = (about: About, rows: readonly Row[]): StructureDefinition =>
  profileDefinition({ ...about, description: `Assumed: ${about.description}`, experimental: true, date }, 'Consent', [
    ...pcf,
    ...rows,
  ]);

const extension = (about: About, type: ElementDefinition['type']): StructureDefinition =>
  extensionDefinition({ ...about, date }, ['Consent'], type);

/** Definitions of Consent. */
export function consentDefinitions(): (CodeSystem | StructureDefinition)[] {
  return [
    topicCodeSystem(),
    profile(
      {
        url: consentProfiles.patient,
        name: 'ConsentPatient',
        title: 'Consentement recueilli par la structure',
        description: `IHE PCF's Basic consent, on fr-core's. What the DMP does not hold: information given, non-opposition to feeding, consent to consultation, oppositions to emergency access, by patient and structure; category from ${ours}/CodeSystem/consent-topic. Its recorder is set by the server.`,
      },
      [
        ['status', '1..1'],
        ['provision.actor', '0..*'],
        ['provision.period', '0..1'],
      ],
    ),
    profile(
      {
        url: consentProfiles.authorization,
        name: 'ConsentDmpAuthorization',
        title: 'Autorisation d’accès au DMP',
        description:
          'An authorisation that stands in the DMP, of one professional or structure: permit, or deny when the patient blocked the holder; with category dmp-treating-physician the médecin traitant. No guide models it: the shape of IHE PCF’s Basic consent.',
      },
      [['provision.actor', '1..1']],
    ),
    extension(
      {
        url: extRecorder,
        name: 'ConsentRecorder',
        title: 'Enregistré par',
        description: 'who recorded this version of the consent, from the access token; when is meta.lastUpdated.',
      },
      [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }],
    ),
    extension(
      {
        url: extLastAction,
        name: 'DmpLastAction',
        title: 'Dernière action dans le DMP',
        description: 'when the holder of the authorisation last did something in the record (TD1.6 lastActionDate).',
      },
      [{ code: 'dateTime' }],
    ),
  ];
}
