/**
 * Everything the simulated DMP knows, in memory: patients, their authorisations, the document registry, the clock.
 * A reset makes a new world from the same seed.
 */
import { createDirectory, type Directory } from './habilitations/directory.ts';
import type { Settings } from './settings.ts';
import { demonstrationInstant, seedDocuments } from './seed/documents.ts';
import { story } from './seed/story.ts';
import type { PatientKey, Vihf } from './vihf/types.ts';
import { fromDtm, toDtm } from './xds/composites.ts';
import { createRegistry, type Registry } from './xds/registry.ts';

/** Wire codes of code system 1.2.250.1.213.4.1.2.6.2 (dmp-wire §6); no record at all answers NON_EXISTE. */
export type AuthorizationStatus = 'VALIDE' | 'EXPIRE' | 'INTERDIT';

export interface Authorization {
  /** PS_IdNat of a professional, or Struct_IdNat where the patient authorised the structure. */
  holder: string;
  /** As decided. `EXPIRE`: ended before its term; whether a `VALIDE` one has reached it, `authorizationOf` says. */
  status: AuthorizationStatus;
  /** Beginning of the authorisation or of the block, DTM in UTC; a seed that gives none begins when it is put in place. */
  start?: string;
  /** Last access of the holder to this DMP, DTM in UTC. */
  lastAction?: string;
  /** The DMP holds a message for the holder (TD0.4). */
  message?: boolean;
}

export interface Telecom {
  value: string;
  use?: string;
}

export interface PersonName {
  prefix?: string;
  given: string[];
  /** nom d'usage (qualifier SP) */
  usage?: string;
  /** nom de naissance (qualifier BR) */
  birth?: string;
}

export interface Address {
  /** streetAddressLine, in order */
  lines?: string[];
  /** additionalLocator */
  locator?: string;
  postalCode?: string;
  city: string;
  country?: string;
}

export interface LegalRepresentative {
  /** personalRelationship code, code system 2.16.840.1.113883.1.11.19579 (MTH, FTH, GRFTH…) */
  relationship: string;
  name: PersonName;
  telecom?: Telecom[];
  address?: Address;
}

/** A person the DMP may know. Invented data only. */
export interface PatientRecord {
  /** In the order in which the answer lists them; one is the INS, another may be the INS-C (1.2.250.1.213.1.4.2). */
  identifiers: PatientKey[];
  name: PersonName;
  sex: 'M' | 'F';
  /** yyyyMMdd */
  birthDate: string;
  birthPlace?: Address;
  /** Not reported when undefined. */
  deceased?: boolean;
  telecom?: Telecom[];
  address?: Address;
  /** `none`: the person exists, no DMP does. */
  dmp: 'active' | 'terminated' | 'none';
  closure?: { date: string; code: string; text?: string };
  /** RATTACHEMENT_ENS: the DMP is part of a Mon espace santé. */
  mes: boolean;
  /** COMPTE_INTERNET_OUVERT; not reported when undefined. */
  internetAccount?: boolean;
  /** PS_IdNat of the médecin traitant. */
  treatingPhysician?: string;
  authorizations: Authorization[];
  oppositions: { breakGlass: boolean; emergency: boolean };
  /** The patient lets masked documents be seen with bris_de_glace and centre_15 (FI-526 note 7). */
  maskedInEmergencies?: boolean;
  representatives: LegalRepresentative[];
}

/** What a world is made from; `name` selects the documents that simulator/seed/documents.ts adds. */
export interface Seed {
  name: string;
  patients: PatientRecord[];
}

/** The simulator's time: fixed, or the machine's. */
export interface Clock {
  now(): Date;
  /** Fixes the clock at an instant; undefined gives it back to the machine. */
  set(instant: Date | undefined): void;
  /** False when it follows the machine. */
  readonly fixed: boolean;
}

export interface World {
  settings: Settings;
  clock: Clock;
  patients: PatientRecord[];
  registry: Registry;
  directory: Directory;
}

/** The seeds by name. */
export const seeds: Record<string, Seed> = {
  story,
  folders: { ...story, name: 'folders' },
  empty: { name: 'empty', patients: [] },
};

/** A clock, fixed at `instant` when given. */
export function createClock(instant?: Date): Clock {
  let fixed = instant;
  return {
    now: () => new Date(fixed ?? Date.now()),
    set: (to) => void (fixed = to),
    get fixed() {
      return fixed !== undefined;
    },
  };
}

/** A new world: nothing is shared with the seed or with another world. */
export function createWorld(seed: Seed, settings: Settings, clock: Clock): World {
  const world: World = {
    settings,
    clock,
    patients: structuredClone(seed.patients),
    registry: createRegistry(),
    directory: createDirectory(),
  };
  for (const { authorizations } of world.patients) for (const each of authorizations) putInPlace(clock, each);
  seedDocuments(world, seed.name);
  return world;
}

/**
 * A seeded authorisation in its time. With the machine's clock the demonstration's instant is now, so that what a seed
 * calls valid does not expire with the calendar; no access has happened that is still to come.
 */
function putInPlace(clock: Clock, authorization: Authorization): void {
  const now = toDtm(clock.now());
  const moved = (dtm: string): string =>
    clock.fixed
      ? dtm
      : toDtm(new Date(fromDtm(dtm).getTime() + clock.now().getTime() - demonstrationInstant.getTime()));
  authorization.start = authorization.start === undefined ? now : moved(authorization.start);
  if (authorization.lastAction !== undefined) authorization.lastAction = moved(authorization.lastAction);
  if ((authorization.lastAction ?? now) > now) delete authorization.lastAction;
}

/** The person whose identifiers hold this one, DMP or not. */
export function findPatient(world: World, key: PatientKey): PatientRecord | undefined {
  return world.patients.find((p) => p.identifiers.some((id) => id.value === key.value && id.oid === key.oid));
}

/** True when a decided authorisation has reached its term (setting `authorizationDays`; 0: it has none). */
export function hasExpired({ settings, clock }: World, { status, start }: Authorization): boolean {
  if (status !== 'VALIDE' || start === undefined || settings.authorizationDays === 0) return status === 'EXPIRE';
  return fromDtm(start).getTime() + settings.authorizationDays * 86_400_000 <= clock.now().getTime();
}

/**
 * The authorisation of a professional, or of the structure for them (FI-526 note 1). A decision about the person wins
 * over one about the structure, but for an authorisation that has expired. Undefined: none, or no open DMP.
 */
export function authorizationOf(
  world: World,
  patient: PatientRecord,
  { nameId, structure }: Pick<Vihf, 'nameId' | 'structure'>,
): AuthorizationStatus | undefined {
  if (patient.dmp !== 'active') return undefined;
  const found = [nameId, structure].flatMap((holder) => patient.authorizations.find((a) => a.holder === holder) ?? []);
  const statuses = found.map((a) => (hasExpired(world, a) ? 'EXPIRE' : a.status));
  return statuses.find((s) => s !== 'EXPIRE') ?? statuses[0];
}
