/**
 * Who holds authorisations, by name: what the DMP takes from the national directory. The professionals and structures of
 * the story are known; others are learnt from their own VIHF.
 */
import { authors, xon } from '../seed/people.ts';
import { professionals, structures } from '../seed/story.ts';
import { readCertificate } from '../vihf/certificate.ts';
import { valuesOf } from '../vihf/names.ts';
import { isProfessional, roleSystems } from '../vihf/roles.ts';
import type { Role, Vihf } from '../vihf/types.ts';
import { readCodedText, readXcn, readXon } from '../xds/composites.ts';

/** Code of TRE_A02, e.g. `G15_10/SM26`, and its label. */
export interface Speciality {
  code: string;
  label: string;
}

export interface Holder {
  kind: 'professional' | 'structure';
  /** Of a structure: its name. */
  family?: string;
  given?: string;
  specialities: Speciality[];
  /** Struct_IdNat of the structures that a professional works at. */
  structures: Set<string>;
}

/** Holders by PS_IdNat or Struct_IdNat. */
export type Directory = Map<string, Holder>;

/** Professionals of the story who are authors of no document there. */
const others: [id: string, given: string, family: string, specialities: Speciality[], at: string[]][] = [
  [
    professionals.oyarzabal,
    'MAÏTÉ',
    'OYARZABAL',
    [{ code: 'G15_10/SM59', label: 'Médecin - Médecine d’urgence (SM)' }],
    [structures.samu],
  ],
  [professionals.bouchareb, 'SAMIR', 'BOUCHAREB', [{ code: 'G15_60', label: 'Infirmier' }], []],
];
/** Where authors work beside the structure they write for. */
const moreStructures: Record<string, string[]> = { [professionals.maurel]: [structures.cerisiers] };
const otherStructures: Record<string, string> = {
  [structures.cerisiers]: 'IME FICTIF LES CERISIERS',
  [structures.samu]: 'SAMU FICTIF DES TROIS VALS',
};

/** A directory that knows the people of the story. */
export function createDirectory(): Directory {
  const directory: Directory = new Map();
  for (const { person, institution, specialty } of [
    authors.maurel,
    authors.leBihan,
    authors.fauconnet,
    authors.tranDelmas,
  ]) {
    const xcn = readXcn(person);
    const coded = readCodedText(specialty);
    if (xcn === undefined || coded === undefined) throw new Error('seed: an author that cannot be read');
    const at = [readXon(institution)?.id ?? [], moreStructures[xcn.id] ?? []].flat();
    directory.set(xcn.id, professional(xcn.given, xcn.family, [{ code: coded.code, label: coded.display }], at));
  }
  for (const [id, given, family, specialities, at] of others)
    directory.set(id, professional(given, family, specialities, at));
  const named = Object.values(xon).flatMap((text) => readXon(text) ?? []);
  const told = Object.entries(otherStructures).map(([id, name]) => ({ id, name }));
  for (const { id, name } of [...named, ...told]) directory.set(id, structure(name));
  return directory;
}

const professional = (
  given: string | undefined,
  family: string | undefined,
  specialities: Speciality[],
  at: string[],
): Holder => ({
  kind: 'professional',
  ...(given === undefined ? {} : { given }),
  ...(family === undefined ? {} : { family }),
  specialities,
  structures: new Set(at),
});
const structure = (name: string | undefined): Holder => ({
  kind: 'structure',
  ...(name === undefined ? {} : { family: name }),
  specialities: [],
  structures: new Set(),
});

/** Learns who speaks, and for which structure, from an accepted VIHF. What is known already stays. */
export function learn(directory: Directory, vihf: Vihf): void {
  const signer = vihf.signer === undefined ? undefined : readCertificate(vihf.signer).subject;
  const [organisation] = vihf.mode === 'DIRECTE' || signer === undefined ? [] : valuesOf(signer, 'O');
  if (!directory.has(vihf.structure)) directory.set(vihf.structure, structure(organisation));
  const known = directory.get(vihf.nameId) ?? speaker(vihf);
  known.structures.add(vihf.structure);
  directory.set(vihf.nameId, known);
}

function speaker(vihf: Vihf): Holder {
  const card = vihf.mode === 'DIRECTE' && vihf.signer !== undefined ? readCertificate(vihf.signer).subject : undefined;
  const [first, ...rest] = (vihf.subjectName ?? '').split(' ');
  const given = card === undefined ? first || undefined : valuesOf(card, 'GN')[0];
  const family = card === undefined ? rest.join(' ') || undefined : valuesOf(card, 'SN')[0];
  return professional(given, family, specialitiesOf(vihf.roles), []);
}

/** TRE_A02 makes one code of a profession of TRE_G15 and its speciality; others are left out. */
function specialitiesOf(roles: Role[]): Speciality[] {
  const [profession, second] = roles;
  if (profession?.codeSystem !== roleSystems.professions || !isProfessional(roles)) return [];
  const parts = [profession, ...(second === undefined || second.codeSystem === roleSystems.careRoles ? [] : [second])];
  return [
    { code: `G15_${parts.map((p) => p.code).join('/')}`, label: parts.map((p) => p.displayName ?? p.code).join(' - ') },
  ];
}

/** What is known of a holder; of one who never spoke, what the identifier says (dmp-wire §3.3: 8 + RPPS, or an internal id). */
export const holderOf = (directory: Directory, id: string): Holder =>
  directory.get(id) ?? (/^8\d{11}$|\//.test(id) ? professional(undefined, undefined, [], []) : structure(undefined));
