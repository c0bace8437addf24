/**
 * A kept record → AuditEvent, in the shapes of BALP, MHD and PDQm where they fit (spec fhir D.1, D.2). An emergency stands out: by
 * its type, its subtypes, its purpose, a tag and a sentence.
 */
import type { AuditEvent, Meta } from '@medplum/fhirtypes';
import { errorRow, sentence } from '../errors.ts';
import { gatewayReference, purposeOf, type Gateway } from './agents.ts';
import { kinds } from './kinds.ts';
import { outlineOf } from './outlines.ts';
import { readDetails, type KeptRecord, type What, type Who } from './record.ts';

export type { Gateway } from './agents.ts';

/** http://hl7.org/fhir/audit-event-outcome: success, minor (refused), serious, and major failure; what is pending has none yet. */
export const outcomes = {
  success: '0',
  refused: '4',
  failure: '8',
  major: '12',
} as const satisfies Partial<Record<KeptRecord['outcome'], AuditEvent['outcome']>>;

const outcomeWords: Record<KeptRecord['outcome'], readonly [fr: string, en: string]> = {
  pending: ['sur le point d’être envoyé', 'about to be sent'],
  success: ['fait', 'done'],
  refused: ['refusé', 'refused'],
  failure: ['échec', 'failed'],
  major: ['échec imprévu', 'failed for an unforeseen reason'],
};

function metaOf(profile: string | undefined, purpose: Who['purpose'] | undefined): { meta?: Meta } {
  const tag = kinds['break-glass'].subtypes[0];
  const meta: Meta = {
    ...(profile ? { profile: [profile] } : {}),
    ...(purpose === 'bris_de_glace' && tag ? { tag: [tag] } : {}),
  };
  return Object.keys(meta).length > 0 ? { meta } : {};
}

/** What happened, in a sentence: the kind, which one, how it ended, and why it was refused. */
function described({ kind, outcome }: KeptRecord, what: What, language: 'fr' | 'en'): string {
  const at = language === 'fr' ? 0 : 1;
  const which = kind === 'request' ? what.interaction : kind === 'dmp' ? what.transaction : undefined;
  const name = `${kinds[kind][language]}${which === undefined ? '' : ` (${which})`}`;
  const head = `${name}${language === 'fr' ? ' : ' : ': '}${outcomeWords[outcome][at]}.`;
  return [head, ...(what.problems ?? []).map((key) => sentence(errorRow(key), language, placeholders(what)))].join(' ');
}

/** The places of a refusal's sentence, where the record holds them; of the DMP's own words only the code is kept. */
function placeholders(what: What): Record<string, string | number> {
  const plain = Object.entries(what).filter(
    (member): member is [string, string | number] => typeof member[1] === 'string' || typeof member[1] === 'number',
  );
  const { differing, code } = what;
  return {
    ...(typeof code === 'string' ? { context: code } : {}),
    ...Object.fromEntries(plain),
    ...(Array.isArray(differing) ? { traits: differing.join(', ') } : {}),
  };
}

/**
 * @param language of `outcomeDesc`
 * @returns a valid AuditEvent, `id` and all, without an INS
 */
export function recordToAuditEvent(record: KeptRecord, gateway: Gateway, language: 'fr' | 'en'): AuditEvent {
  const { who, what = {} } = readDetails(record.details);
  const { type, subtype, action, agents, entities, profile } = outlineOf(record, who, what, gateway);
  const outcome = record.outcome === 'pending' ? undefined : outcomes[record.outcome];
  return {
    resourceType: 'AuditEvent',
    id: record.id,
    ...metaOf(record.outcome === 'success' ? profile : undefined, who?.purpose),
    type,
    subtype: [...subtype],
    action,
    recorded: record.at.toISOString(),
    ...(outcome === undefined ? {} : { outcome }),
    outcomeDesc: described(record, what, language),
    ...(who ? { purposeOfEvent: [purposeOf(who.purpose)] } : {}),
    agent: agents,
    source: { observer: gatewayReference(gateway) },
    ...(entities.length > 0 ? { entity: entities } : {}),
  };
}
