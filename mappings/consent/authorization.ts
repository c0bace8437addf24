/**
 * An authorisation that stands in the DMP ↔ Consent: who may enter a patient's record (TD0.2 for the one who asks, TD1.6 for all),
 * and what a Consent asks of TD0.3. PCF has no such thing: one Consent a professional or structure, `permit` or `deny` (blocked by
 * the patient), with the category `dmp-treating-physician` for the médecin traitant. dmp-wire §6, §7.
 */
import type { Consent } from '@medplum/fhirtypes';
import { dtm, intervalOf } from '../codecs/dtm.ts';
import type { AuthorizationChange, AuthorizationRow } from '../habilitations.ts';
import type { Issue } from '../outcome.ts';
import {
  actorOf,
  categoryCodes,
  consentProfiles,
  extAuthorizationStatus,
  extLastAction,
  holderOf,
  holderReference,
  patientPrivacy,
  unenforced,
  wrongElement,
  type HolderKind,
} from './shape.ts';
import { authorizationCategories, consentTopicSystem, policyOf } from './topics.ts';

/**
 * Codes of TD0.2 (code system 1.2.250.1.213.4.1.2.6.2); only the first is confirmed (dmp-wire §6): where a DMP writes others, the
 * client translates them (setting AUTHORIZATION_WORDS).
 */
export const authorizationStatus = {
  valid: 'VALIDE',
  expired: 'EXPIRE',
  forbidden: 'INTERDIT',
  none: 'NON_EXISTE',
} as const;
const authorizationSystem = 'urn:oid:1.2.250.1.213.4.1.2.6.2';

/** What is known of one holder. */
export interface AuthorizationFacts {
  /** `Consent.id` */
  id: string;
  patientId: string;
  holder: { kind: HolderKind; id: string; name?: string };
  /** The DMP's own word. */
  status: string;
  treatingPhysician: boolean;
  /** DTM, UTC. */
  start?: string;
  lastAction?: string;
  /** When the DMP said so. */
  checkedAt: Date;
}

/** A row of TD1.6. */
export const factsOfRow = (
  row: AuthorizationRow,
  at: { id: string; patientId: string; checkedAt: Date },
): AuthorizationFacts => ({
  ...at,
  holder: {
    kind: row.holder.kind,
    id: row.holder.id,
    ...nameOf(row),
  },
  status: row.mode === 'INTERDITE' ? authorizationStatus.forbidden : authorizationStatus.valid,
  treatingPhysician: row.treatingPhysician,
  ...(row.start === undefined ? {} : { start: row.start }),
  ...(row.lastAction === undefined ? {} : { lastAction: row.lastAction }),
});

function nameOf({ given, family }: AuthorizationRow): { name?: string } {
  const name = [given, family].filter((n) => n !== undefined).join(' ');
  return name === '' ? {} : { name };
}

/** Whether the holder may enter. */
export const isValid = (status: string | undefined): boolean => status === authorizationStatus.valid;

/** The Consent of an authorisation. Its patient gave it to the DMP: organisation and source are the DMP. */
export function authorizationToConsent(facts: AuthorizationFacts): Consent {
  const { holder, status } = facts;
  const { authorization, treatingPhysician } = authorizationCategories;
  const categories = [authorization, ...(facts.treatingPhysician ? [treatingPhysician] : [])];
  const start = facts.start === undefined ? undefined : dtm.decode(facts.start);
  const lastAction = facts.lastAction === undefined ? undefined : dtm.decode(facts.lastAction);
  const patient = { reference: `Patient/${facts.patientId}` };
  return {
    resourceType: 'Consent',
    id: facts.id,
    meta: { lastUpdated: facts.checkedAt.toISOString(), profile: [consentProfiles.authorization] },
    extension: [
      { url: extAuthorizationStatus, valueCoding: { system: authorizationSystem, code: status } },
      ...(lastAction === undefined ? [] : [{ url: extLastAction, valueDateTime: lastAction }]),
    ],
    status: isValid(status) || status === authorizationStatus.forbidden ? 'active' : 'inactive',
    scope: { coding: [patientPrivacy] },
    category: categories.map(({ code, fr }) => ({ coding: [{ system: consentTopicSystem, code, display: fr }] })),
    patient,
    dateTime: start ?? facts.checkedAt.toISOString(),
    performer: [patient],
    organization: [{ display: 'Dossier Médical Partagé' }],
    sourceReference: { display: 'Dossier Médical Partagé' },
    policy: [{ uri: policyOf('dmp-authorization') }],
    provision: {
      type: status === authorizationStatus.forbidden ? 'deny' : 'permit',
      ...(start === undefined ? {} : { period: { start } }),
      actor: actorOf(holderReference(holder.kind, holder.id, holder.name)),
    },
  };
}

/** Whether a Consent is about an authorisation of the DMP. */
export const isAuthorization = (consent: Consent): boolean =>
  categoryCodes(consent).includes(authorizationCategories.authorization.code);

const ofTheDmp: readonly string[] = Object.values(authorizationCategories).map((c) => c.code);

/**
 * What the DMP has no place for: an authorisation is one thing, whole, from now on, for as long as the DMP keeps it (dmp-wire §7).
 * Where it began is shown, and may be sent back.
 */
function beyond(consent: Consent, now: Date): Issue[] {
  const { start, end } = consent.provision?.period ?? {};
  const begins = start === undefined ? undefined : intervalOf(start);
  const isLater = start !== undefined && !(begins && begins.start <= now.getTime());
  const others = categoryCodes(consent).some((code) => !ofTheDmp.includes(code));
  return [
    ...unenforced(consent),
    ...(end === undefined && !isLater ? [] : [wrongElement('provision.period', 'TD0.3: 0..0')]),
    ...(others ? [wrongElement('category', ofTheDmp.join(' | '))] : []),
  ];
}

/** Whether it says that its holder is the médecin traitant. */
const isTreating = (consent: Consent): boolean =>
  categoryCodes(consent).includes(authorizationCategories.treatingPhysician.code);

/**
 * What a Consent asks of the DMP, where `before` is what stands there.
 * - active: declare; with the category of the médecin traitant, become it; without it, in an update, one who is stops being it;
 * - inactive: end the authorisation.
 *
 * A block is the patient's own, or made at the patient's wish on the DMP's web site: no software declares one (dmp-wire §7).
 * @returns `none` when it stands already; or what cannot be asked
 */
export function requestOf(
  consent: Consent,
  before: { valid: boolean; treatingPhysician: boolean; isUpdate: boolean },
  caller: { personId: string; structureId: string },
  now: Date,
): AuthorizationChange | 'none' | Issue[] {
  const issues = beyond(consent, now);
  const wrong = (key: string, element: string, detail: string): void =>
    void issues.push({ key, expression: `Consent.${element}`, values: { detail } });
  const { status, provision } = consent;
  if (status !== 'active' && status !== 'inactive') wrong('consent-element', 'status', 'active | inactive');
  if (provision?.type === 'deny') wrong('consent-block', 'provision.type', 'permit');
  else if (provision?.type !== 'permit') wrong('consent-element', 'provision.type', 'permit');
  for (const [i, { reference }] of (provision?.actor ?? []).entries()) {
    const holder = holderOf(reference);
    const own = holder?.kind === 'structure' ? caller.structureId : caller.personId;
    if (holder?.id !== own) wrong('consent-actor', `provision.actor[${i}].reference`, caller.personId);
  }
  if (issues.length > 0) return issues;
  if (status === 'inactive') return { action: 'SUPPRESSION' };
  if (isTreating(consent)) return before.treatingPhysician ? 'none' : { action: 'AJOUT', role: 'MEDECIN_TRAITANT' };
  if (before.treatingPhysician && before.isUpdate) return { action: 'SUPPRESSION', role: 'MEDECIN_TRAITANT' };
  return before.valid ? 'none' : { action: 'AJOUT' };
}
