/** `/docs/errors`: the error table, as it is at run time, in French and English. */
import { dmpKey, errors, type ErrorKey, type ErrorRow } from '../../../mappings/errors.ts';
import { codeFamilies } from '../../../mappings/upstream-codes.ts';
import type { Language } from '../outcome.ts';
import { code, heading, paragraph, table, type Cell } from './table.ts';

const words = {
  fr: {
    title: 'Erreurs',
    intro:
      'Chaque erreur est un OperationOutcome. issue.details.coding nomme la ligne ci-dessous (système …/CodeSystem/error) et garde à côté le code du DMP ; issue.expression désigne l’élément ; {…} est rempli dans la réponse. « Réessayer » : la même requête peut réussir plus tard, et la réponse porte Retry-After.',
    own: 'Ce que la passerelle dit elle-même',
    upstream: 'Ce que l’autre côté répond',
    head: ['Ligne', 'HTTP', 'issue.code', 'Français', 'English', 'Réessayer'],
    received: ['Code reçu', 'Ligne', 'HTTP', 'issue.code', 'Français', 'English', 'Réessayer'],
    rest: 'Tout autre code, par la façon dont il arrive',
    yes: 'oui',
  },
  en: {
    title: 'Errors',
    intro:
      'Every error is an OperationOutcome. issue.details.coding names the row below (system …/CodeSystem/error) and keeps the DMP’s own code beside it; issue.expression names the element; {…} is filled in the answer. “Try again”: the same request can succeed later, and the answer has Retry-After.',
    own: 'What the gateway says itself',
    upstream: 'What the other side answers',
    head: ['Row', 'HTTP', 'issue.code', 'Français', 'English', 'Try again'],
    received: ['Code received', 'Row', 'HTTP', 'issue.code', 'Français', 'English', 'Try again'],
    rest: 'Any other code, by the way in which it arrives',
    yes: 'yes',
  },
} as const;

export function errorsPage(language: Language): { title: string; body: string } {
  const w = words[language];
  const cells = (key: string): Cell[] => {
    const { status, code: issue, fr, en, retry } = (errors as Record<string, ErrorRow>)[key] as ErrorRow;
    const shown = code(key.replace(/^dmp:/, 'dmp-'));
    return [shown, String(status), code(issue), { text: fr, lang: 'fr' }, { text: en, lang: 'en' }, retry ? w.yes : ''];
  };
  const upstream = codeFamilies.map((family) =>
    table(
      `${family[language]} (${family.source})`,
      w.received,
      family.codes.map((c) => [code(c), ...cells(keyOf(family.kind, c))]),
    ),
  );
  const told = new Set(codeFamilies.flatMap(({ kind, codes }) => codes.map((c) => keyOf(kind, c))));
  const rest = Object.keys(errors).filter((key) => isUpstream(key) && !told.has(key as ErrorKey));
  const own = Object.keys(errors).filter((key) => !isUpstream(key));
  return {
    title: w.title,
    body:
      heading(1, w.title) +
      paragraph(w.intro) +
      heading(2, w.own) +
      table(w.own, w.head, own.map(cells)) +
      heading(2, w.upstream) +
      upstream.join('') +
      table(w.rest, w.head, rest.map(cells)),
  };
}

/** Rows of what the other side says; `dmp-absent` and `dmp-closed` are our own words. */
const isUpstream = (key: string): boolean => /^dmp(:|-(?!absent$|closed$))/.test(key);

/** A failure of the transport is itself the kind. */
const keyOf = (kind: string, received: string): ErrorKey =>
  kind === 'transport' ? dmpKey(received, '') : dmpKey(kind, received);
