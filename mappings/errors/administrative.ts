/** The error table: the administrative data of a DMP (TD1.1, TD1.3b), from a Patient. */
import { row, type ErrorRow } from './row.ts';

export const administrativeErrors = {
  'administrative-missing': row(
    400,
    'required',
    'Le DMP demande {element}. Ajoutez cet élément au Patient.',
    'The DMP requires {element}. Add this element to the Patient.',
  ),
  'administrative-value': row(
    422,
    'value',
    'Le DMP ne prend pas cette valeur de {element} ; attendu : {expected}. Corrigez-la.',
    'The DMP does not take this value of {element}; expected: {expected}. Correct it.',
  ),
  'administrative-unsaid': row(
    200,
    'not-supported',
    'Le DMP n’a pas de place pour {element} : cet élément n’est pas transmis.',
    'The DMP has no place for {element}: this element is not sent.',
  ),
  'administrative-contact': row(
    200,
    'not-supported',
    'Le DMP prend des contacts qui ont un nom et une relation de v3-RoleCode parmi {expected} : {element} n’est pas transmis.',
    'The DMP takes contacts that have a name and a relation of v3-RoleCode among {expected}: {element} is not sent.',
  ),
} as const satisfies Record<string, ErrorRow>;
