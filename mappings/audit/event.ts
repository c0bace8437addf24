/**
 * A kept record → AuditEvent. BALP's profiles where one fits (spec fhir D.1): AuthZconsent of an authorisation declared on the
 * ground of a consent, PatientCreate and PatientUpdate of a consent that was recorded. They describe success: what was refused or
 * failed has the same shape and claims none. An emergency stands out: by its type, its subtypes, its purpose, a tag and a sentence.
 */
import type { AuditEvent, Coding, Meta } from '@medplum/fhirtypes';
import { errorRow, sentence } from '../errors.ts';
import { agentsOf, gatewayReference, purposeOf, type Gateway } from './agents.ts';
import { decisionEntities, entities, referencesOf } from './entities.ts';
import { kinds } from './kinds.ts';
import { readDetails, type KeptRecord, type What, type Who } from './record.ts';
import { auditSystems as systems, balpProfiles } from './systems.ts';

export type { Gateway } from './agents.ts';

/** http://hl7.org/fhir/audit-event-outcome: success, minor failure (refused), serious failure. */
export const outcomes = { success: '0', refused: '4', failure: '8' } as const satisfies Record<
  KeptRecord['outcome'],
  AuditEvent['outcome']
>;

const outcomeWords: Record<KeptRecord['outcome'], readonly [fr: string, en: string]> = {
  success: ['fait', 'done'],
  refused: ['refusé', 'refused'],
  failure: ['échec', 'failed'],
};

/** The first version of a consent is a creation, each further one an update. */
const interactionOf = ({ kind }: KeptRecord, what: What | undefined): 'create' | 'update' | undefined =>
  kind !== 'consent' ? undefined : what?.version === 1 ? 'create' : 'update';

/** The profile that the event fulfils. */
function profileOf(record: KeptRecord, caller: Who | undefined, what: What | undefined): string | undefined {
  const about = referencesOf(what);
  const [first] = about;
  const isOfConsent = first?.startsWith('Consent/') === true && about.length === 1;
  if (record.outcome !== 'success' || record.patientId === undefined || !isOfConsent || !caller) return undefined;
  if (record.kind === 'authorization') return balpProfiles.authorization;
  const interaction = interactionOf(record, what);
  return interaction && balpProfiles[interaction];
}

function metaOf(profile: string | undefined, purpose: Who['purpose'] | undefined): { meta?: Meta } {
  const tag = kinds['break-glass'].subtypes[0];
  const meta: Meta = {
    ...(profile ? { profile: [profile] } : {}),
    ...(purpose === 'bris_de_glace' && tag ? { tag: [tag] } : {}),
  };
  return Object.keys(meta).length > 0 ? { meta } : {};
}

/** What happened, in a sentence: the kind, how it ended, and why it was refused. */
function described({ kind, outcome }: KeptRecord, what: What | undefined, language: 'fr' | 'en'): string {
  const at = language === 'fr' ? 0 : 1;
  const head = `${kinds[kind][language]}${language === 'fr' ? ' : ' : ': '}${outcomeWords[outcome][at]}.`;
  return [head, ...(what?.problems ?? []).map((key) => sentence(errorRow(key), language, placeholders(what)))].join(
    ' ',
  );
}

/** The places of a refusal's sentence, where the record holds them; of the DMP's own words only the code is kept. */
function placeholders(what: What | undefined): Record<string, string | number> {
  const plain = Object.entries(what ?? {}).filter(
    (member): member is [string, string | number] => typeof member[1] === 'string' || typeof member[1] === 'number',
  );
  const { differing, code } = what ?? {};
  return {
    ...(typeof code === 'string' ? { context: code } : {}),
    ...Object.fromEntries(plain),
    ...(Array.isArray(differing) ? { traits: differing.join(', ') } : {}),
  };
}

const actions = { create: 'C', update: 'U' } as const;

/**
 * @param language of `outcomeDesc`
 * @returns a valid AuditEvent, `id` and all, without an INS
 */
export function recordToAuditEvent(record: KeptRecord, gateway: Gateway, language: 'fr' | 'en'): AuditEvent {
  const { who, what } = readDetails(record.details);
  const kind = kinds[record.kind];
  const profile = profileOf(record, who, what);
  const interaction = interactionOf(record, what);
  const restful: Coding[] = interaction ? [{ system: systems.restful, code: interaction }] : [];
  const about = record.kind === 'authorization' && record.patientId !== undefined ? decisionEntities : entities;
  const all = about(record, who, what);
  return {
    resourceType: 'AuditEvent',
    id: record.id,
    ...metaOf(profile, who?.purpose),
    type: kind.type,
    subtype: [...restful, ...kind.subtypes],
    action: interaction ? actions[interaction] : 'E',
    recorded: record.at.toISOString(),
    outcome: outcomes[record.outcome],
    outcomeDesc: described(record, what, language),
    ...(who ? { purposeOfEvent: [purposeOf(who.purpose)] } : {}),
    agent: agentsOf(record, who, kind.shape, gateway),
    source: { observer: gatewayReference(gateway) },
    ...(all.length > 0 ? { entity: all } : {}),
  };
}
