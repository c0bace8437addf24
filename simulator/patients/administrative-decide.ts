/**
 * What the DMP does with a TD1.1, TD1.2, TD1.3b or TD1.4, or why not (dmp-wire §5: DMPFound and DMPClosed are known, the
 * other codes are ours). FI-526 note 10: what belongs to a Mon espace santé is changed and closed there.
 */
import { type Exchange, senderFault } from '../exchange.ts';
import { closeDmp, declare, reopenDmp } from '../habilitations/life.ts';
import { detailOf } from '../vihf/rules.ts';
import { findPatient, type PatientRecord } from '../world.ts';
import { toDtm } from '../xds/composites.ts';
import type { Administrative } from './administrative.ts';
import type { AdministrativeRequest, Person } from './administrative-read.ts';
import { wrongKey } from './ins.ts';
import { bare } from './match.ts';
import type { Refusal } from './write.ts';

export type Decision = { refusal: Refusal } | { patient: PatientRecord };

const refused = (code: string, text: string): Decision => ({ refusal: { code, text } });
const notFound = refused('DMPNotFound', 'Aucun DMP n’existe pour ce matricule');
const closed = refused('DMPClosed', 'Le DMP est fermé');

/** @throws SoapFault when the DMP belongs to a Mon espace santé */
function requireUnlinked({ mes }: PatientRecord, transaction: Administrative): void {
  if (!mes) return;
  const fr = `${transaction} n’est pas permis pour un DMP rattaché à Mon espace santé : la personne le fait elle-même`;
  throw senderFault('DMPAccessDenied', fr, detailOf('MES_LINKED'));
}

const same = (said: string | undefined, known: string | undefined): boolean =>
  said === undefined || known === undefined || bare(said) === bare(known);

/** Traits of the INS, and what they are called: nobody changes them here. */
const traits: Record<string, (said: Person, known: PatientRecord) => boolean> = {
  'nom de naissance': (said, known) => same(said.name.birth, known.name.birth),
  prénoms: (said, known) => same(said.name.given.join(' '), known.name.given.join(' ')),
  sexe: (said, known) => same(said.sex, known.sex),
  'date de naissance': (said, known) => same(said.birthDate, known.birthDate),
  'lieu de naissance': (said, known) => same(said.birthPlace?.city, known.birthPlace?.city),
};
const usage: typeof traits = { 'nom d’usage': (said, known) => same(said.name.usage, known.name.usage) };

/** The traits of the message are those that the DMP knows, as far as both say them: by name, never by value. */
function otherTraits(said: Person, known: PatientRecord, compared = traits): Decision | undefined {
  const different = Object.entries(compared).flatMap(([name, isSame]) => (isSame(said, known) ? [] : [name]));
  return different.length === 0
    ? undefined
    : refused('DMPInvalidData', `Traits différents de ceux que le DMP connaît : ${different.join(', ')}`);
}

const oppositionsOf = (
  { observations }: AdministrativeRequest,
  known?: PatientRecord,
): PatientRecord['oppositions'] => ({
  breakGlass: observations.OPPOSITION_BRIS_DE_GLACE ?? known?.oppositions.breakGlass ?? false,
  emergency: observations.OPPOSITION_ACCES_URGENCE ?? known?.oppositions.emergency ?? false,
});

type Step = (exchange: Exchange, request: AdministrativeRequest, known: PatientRecord | undefined) => Decision;

/**
 * TD1.1. A person whom the DMP does not know yet is taken as the message says (the real one asks INSi: assumed). Whoever
 * creates a DMP is authorised: the professional, or the structure in INDIRECTE mode.
 */
const create: Step = ({ world, vihf }, request, known) => {
  if (known?.dmp === 'active') return refused('DMPFound', 'Un DMP existe déjà pour ce matricule');
  if (known?.dmp === 'terminated')
    return refused('DMPClosed', 'Un DMP fermé existe pour ce matricule : il se réactive (TD1.2)');
  const different = known === undefined ? undefined : otherTraits(request.person, known);
  if (different !== undefined) return different;
  const { sex, birthDate } = request.person;
  if (sex === undefined || birthDate === undefined) throw new Error('not of the grammar of TD1.1');
  const fresh: PatientRecord = {
    identifiers: [request.patient],
    authorizations: [],
    representatives: [],
    ...known,
    ...request.person,
    sex,
    birthDate,
    dmp: 'active',
    mes: false,
    oppositions: oppositionsOf(request),
  };
  const patient = known === undefined ? fresh : Object.assign(known, fresh);
  if (known === undefined) world.patients.push(patient);
  declare(world, patient, vihf.mode === 'INDIRECTE' ? vihf.structure : vihf.nameId);
  return { patient };
};

/** TD1.2. */
const reactivate: Step = ({ world }, { person }, known) => {
  if (known === undefined || known.dmp === 'none') return notFound;
  if (known.dmp === 'active') return refused('DMPFound', 'Le DMP est déjà actif');
  const different = otherTraits(person, known, { ...traits, ...usage });
  if (different !== undefined) return different;
  reopenDmp(world, known);
  return { patient: known };
};

/**
 * TD1.3b. What the message says takes the place of what was known: the coordinates as a whole, the address, the
 * representatives as a whole, each opposition, civility and usage name; what it does not say stays (assumed).
 */
const modify: Step = (_, request, known) => {
  if (known === undefined || known.dmp === 'none') return notFound;
  if (known.dmp === 'terminated') return closed;
  requireUnlinked(known, request.transaction);
  const different = otherTraits(request.person, known);
  if (different !== undefined) return different;
  const { name, telecom, address, representatives } = request.person;
  Object.assign(
    known,
    { name: { ...known.name, ...name, given: known.name.given }, oppositions: oppositionsOf(request, known) },
    telecom === undefined ? {} : { telecom },
    address === undefined ? {} : { address },
    representatives === undefined ? {} : { representatives },
  );
  return { patient: known };
};

/** TD1.4. */
const close: Step = ({ now }, { transaction, person, closure }, known) => {
  if (known === undefined || known.dmp === 'none') return notFound;
  if (known.dmp === 'terminated') return refused('DMPClosed', 'Le DMP est déjà fermé');
  requireUnlinked(known, transaction);
  const different = otherTraits(person, known, { ...traits, ...usage });
  if (different !== undefined) return different;
  if (closure === undefined) throw new Error('not of the grammar of TD1.4');
  closeDmp(known, { date: toDtm(now), ...closure });
  return { patient: known };
};

const steps: Record<Administrative, Step> = {
  'TD1.1': create,
  'TD1.2': reactivate,
  'TD1.3b': modify,
  'TD1.4': close,
};

/** Does it, or says why not. @throws SoapFault for a DMP that belongs to a Mon espace santé */
export function decide(exchange: Exchange, request: AdministrativeRequest): Decision {
  const refusal = wrongKey(request.patient);
  if (refusal !== undefined) return { refusal };
  return steps[request.transaction](exchange, request, findPatient(exchange.world, request.patient));
}
