/**
 * As what, and where, a professional may act here: a situation d'exercice that Pro Santé Connect lists, at a structure in force that
 * the client may act for. Pro Santé Connect often does not say the structure (auth §1.1): whom a structure has on its list (visiting
 * professionals, administrators) acts there too, in any of their situations, where the directory lists nothing of theirs there.
 */
import type { Situation } from '../../mappings/psc/situations.ts';
import type { Client, Structure, Structures } from '../registry/types.ts';
import { isAdministrator, isListed } from './context.ts';
import type { Professional } from './psc/types.ts';
import { epoch, type GrantContext } from './records.ts';
import { invalidGrant, invalidRequest } from './refusals.ts';

export interface Choice {
  situation: Situation;
  structure: Structure;
  /** The structure has them on its list; Pro Santé Connect lists nothing of theirs there. */
  byList?: true;
}

export function choicesOf(
  { personId, situations }: Professional,
  client: Pick<Client, 'structures'>,
  structures: Pick<Structures, 'of'>,
): Choice[] {
  const places = client.structures.flatMap((id) => structures.of(id) ?? []);
  return places.flatMap((structure) => {
    const there = situations.filter(({ structureIds }) => structureIds.includes(structure.id));
    if (there.length > 0) return there.map((situation) => ({ situation, structure }));
    const listed = isListed(structure, personId) ? situations : [];
    return listed.map((situation): Choice => ({ situation, structure, byList: true }));
  });
}

/** How a client names a choice, e.g. `0.2@1990100109`: stable as long as the directory does not change. */
export const choiceId = ({ situation, structure }: Choice): string => `${situation.id}@${structure.id}`;

/** What a person chooses by; says nothing of who they are. */
export const labelOf = ({ situation, structure }: Choice): string =>
  `${situation.roles.map(({ display }) => display).join(', ')} — ${structure.name}`;

/**
 * The choice that a client has named, or the only one.
 * @param asked `choiceId`
 * @throws OIDCProviderError `invalid_grant` when there is none; `invalid_request`, listing them, when one must be named
 */
export function choose(choices: readonly Choice[], asked: string | undefined): Choice {
  const [only, ...others] = choices;
  if (!only) throw invalidGrant('The professional practises at no structure that this client may act for.');
  const found = asked === undefined && others.length === 0 ? only : choices.find((each) => choiceId(each) === asked);
  if (found) return found;
  const list = choices.map((each) => `${choiceId(each)} (${labelOf(each)})`).join('; ');
  throw invalidRequest(`Name one of these situations by the parameter situation: ${list}`);
}

/** What a grant of a professional’s stands for. @param endsAt seconds since 1970 */
export function contextOfChoice(
  { personId, authenticatedAt }: Professional,
  { situation, structure, byList }: Choice,
  endsAt: number,
  now: Date,
): GrantContext {
  return {
    person: {
      id: personId,
      family: situation.family,
      given: situation.given,
      roles: situation.roles,
      strength: 'psc',
      // Another's clock may be ahead: nobody is authenticated in the future.
      authenticatedAt: Math.min(epoch(authenticatedAt), epoch(now)),
      isAdministrator: isAdministrator(structure, personId),
      ...(byList ? { byList } : {}),
    },
    structure: { id: structure.id, name: structure.name },
    purpose: 'normal',
    endsAt,
  };
}
