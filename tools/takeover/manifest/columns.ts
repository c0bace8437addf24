/**
 * The columns of a manifest. A header is recognised in French or English, whatever its case, accents and separators
 * (`Date du document` = `date_du_document`); docs/take-over.md is held against this table by a test.
 */
export const columns = {
  file: { names: ['file', 'path', 'fichier', 'chemin', 'nom_du_fichier'], required: true },
  patient: { names: ['patient', 'ipp', 'ins', 'patient_id', 'id_patient', 'identifiant_patient'], required: true },
  patient_system: { names: ['patient_system', 'domaine', 'domaine_patient', 'systeme_patient'], required: false },
  type: { names: ['type', 'type_document', 'type_de_document', 'document_type', 'code_type'], required: true },
  date: { names: ['date', 'date_document', 'date_du_document', 'document_date', 'date_creation'], required: true },
  title: { names: ['title', 'titre', 'libelle'], required: false },
  class: { names: ['class', 'classe', 'category', 'categorie'], required: false },
  author: { names: ['author', 'auteur', 'nom_auteur'], required: false },
  author_id: { names: ['author_id', 'rpps', 'id_auteur', 'auteur_id', 'rpps_auteur'], required: false },
  author_profession: {
    names: ['author_profession', 'profession', 'profession_auteur', 'profession_de_l_auteur'],
    required: false,
  },
  practice_setting: { names: ['practice_setting', 'cadre_exercice', 'cadre_d_exercice'], required: false },
  event: { names: ['event', 'acte', 'evenement'], required: false },
  start: { names: ['start', 'debut', 'date_debut', 'date_debut_acte'], required: false },
  end: { names: ['end', 'fin', 'date_fin', 'date_fin_acte'], required: false },
  visibility: { names: ['visibility', 'visibilite', 'confidentiality', 'confidentialite'], required: false },
} as const satisfies Record<string, { names: readonly string[]; required: boolean }>;

type Column = keyof typeof columns;

/** `Date du document ` → `date_du_document` */
export const plain = (header: string): string =>
  header
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

const byName = new Map<string, Column>(
  Object.entries(columns).flatMap(([column, { names }]) => names.map((name) => [name, column as Column] as const)),
);

/** The column that a header names. */
export const columnOf = (header: string): Column | undefined => byName.get(plain(header));

export interface Columns {
  /** What each header stands for, in their order. */
  of: (Column | undefined)[];
  unknown: string[];
}

/**
 * Reads a header line.
 * @throws Error of the names that lack or are there twice
 */
export function readHeaders(headers: readonly string[]): Columns {
  const of = headers.map(columnOf);
  const lacking = (Object.keys(columns) as Column[]).filter((c) => columns[c].required && !of.includes(c));
  const twice = of.filter((c, i) => c !== undefined && of.indexOf(c) !== i);
  if (lacking.length > 0 || twice.length > 0)
    throw new HeaderError(
      lacking,
      twice.flatMap((c) => c ?? []),
    );
  return { of, unknown: headers.filter((_, i) => of[i] === undefined) };
}

/** Headers that a manifest must have, or has twice. */
export class HeaderError extends Error {
  constructor(
    readonly lacking: readonly Column[],
    readonly twice: readonly Column[],
  ) {
    super([...lacking.map((c) => `− ${c}`), ...twice.map((c) => `2 × ${c}`)].join(', '));
  }
}
