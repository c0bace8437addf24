/** `/docs/rules`: what a resource is held against, beyond R4, and an example of what breaks each constraint. */
import { errorRow, sentence } from '../../../mappings/errors.ts';
import type { Language } from '../outcome.ts';
import { canonicals } from '../validation/canonicals.ts';
import { invariants } from '../validation/invariants.ts';
import { profiles } from '../validation/pdsm-rules.ts';
import type { Rule } from '../validation/rules.ts';
import { code, heading, paragraph, table, type Cell } from './table.ts';

const words = {
  fr: {
    title: 'Règles des profils',
    intro:
      'Ce à quoi un dépôt, un essai à blanc et $validate comparent une ressource, après FHIR R4 : les mêmes lignes, dans tous les cas. « Rempli » : l’absence est acceptée, la passerelle complète.',
    head: ['Élément', 'PDSm', 'MHD', 'Valeur', 'Référence', 'Rempli par'],
    constraints: 'Contraintes de PDSm écrites en prose',
    constraint: ['Contrainte', 'Profil', 'Élément', 'Phrase', 'Exemple qui l’enfreint', 'Remarque'],
  },
  en: {
    title: 'Rules of the profiles',
    intro:
      'What a deposit, a dry run and $validate hold a resource against, after FHIR R4: the same rows in each case. “Filled”: absence is accepted, the gateway fills it.',
    head: ['Element', 'PDSm', 'MHD', 'Value', 'Reference', 'Filled by'],
    constraints: 'Constraints of PDSm that stand in prose',
    constraint: ['Constraint', 'Profile', 'Element', 'Sentence', 'Example that breaks it', 'Remark'],
  },
} as const;

const ruleLine = (r: Rule): Cell[] => [
  code(r.element),
  r.card ?? '',
  r.mhd ?? r.card ?? '',
  code(r.fixed ?? r.binding?.codes.join(' | ') ?? ''),
  [...(r.contained ? ['contained'] : []), (r.targets ?? []).join(' | ')].filter((s) => s !== '').join(': '),
  { text: r.filled ?? '', lang: 'en' },
];

export function rulesPage(language: Language): { title: string; body: string } {
  const w = words[language];
  const tables = Object.entries(profiles).map(
    ([key, { name, rules }]) =>
      heading(2, name) + table(canonicals[key as keyof typeof canonicals].url, w.head, rules.map(ruleLine)),
  );
  const constraints = invariants.map((r): Cell[] => [
    code(r.id),
    profiles[r.profile].name,
    code(r.element),
    { text: sentence(errorRow(r.key), language, { expected: '…' }), lang: language },
    code(JSON.stringify(r.example)),
    { text: r.note ?? '', lang: 'en' },
  ]);
  return {
    title: w.title,
    body:
      heading(1, w.title) +
      paragraph(w.intro) +
      tables.join('') +
      heading(2, w.constraints) +
      table(w.constraints, w.constraint, constraints),
  };
}
