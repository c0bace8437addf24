/** The doors of this API to a DMP transaction, and what the caller's token lacks for each: derived from the API's definition. */
import type { Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import { reachOf, scopeText, type Need } from '../../auth/scopes.ts';
import type { Config } from '../../config.ts';
import { needsOf } from '../access.ts';
import { handlerName, type Interaction } from '../definition.ts';
import { purposeIssues } from '../purpose.ts';
import { routes, type Route } from '../router.ts';
import type { Entry } from './table.ts';

export interface Door {
  /** GET, POST… */
  method: string;
  /** below the server's origin: `/fhir/DocumentReference/{id}` */
  path: string;
  /** Scopes that the token lacks for it. */
  missing: string[];
  /** Why the purpose of the token closes it. */
  refused: Issue[];
}

export const isOpen = ({ missing, refused }: Door): boolean => missing.length === 0 && refused.length === 0;

/** Transactions that many interactions need on their way: they are the door of those that begin with them. */
const onTheWay: readonly string[] = ['TD0.2', 'TD3.1a', 'TD3.1b'];

function isDoor({ dmp, code }: Interaction, { transaction: { name }, by }: Entry): boolean {
  if (by && !by.includes(code)) return false;
  return onTheWay.includes(name) ? dmp[0] === name : dmp.includes(name);
}

const besidesOf = ({ besides = [] }: Interaction, name: string): readonly Omit<Need, 'ihe'>[] =>
  besides.filter(({ dmp }) => dmp === name);

/**
 * Whether a route reaches the transaction of its interaction. What asks for more than the interaction does is no part of its GET,
 * which only looks, nor of its conditional form, which names no patient of the DMP.
 */
const reaches = ({ method, path, interaction }: Route, name: string): boolean =>
  besidesOf(interaction, name).length === 0 ||
  (method !== 'get' && (interaction.code === 'operation' || path.includes(':id')));

/** What a route asks for; a transaction is asked as for a new set, whose entries are created. */
function needsOfRoute({ type, interaction }: Route, name: string): Need[] {
  if (type !== undefined)
    return [...needsOf(type, interaction), ...besidesOf(interaction, name).map((need) => ({ ...need, ihe: [] }))];
  return (interaction.entries ?? [])
    .filter(({ permission }) => permission === 'c')
    .map((entry) => ({ ...entry, ihe: interaction.ihe }));
}

/** A transaction that begins nothing has the doors of whatever sends it. */
export function doorsOf(entry: Entry, caller: Caller, config: Config): Door[] {
  const { name } = entry.transaction;
  const all = routes().filter((r) => reaches(r, name));
  const own = all.filter((r) => isDoor(r.interaction, entry));
  const found = own.length > 0 || entry.by ? own : all.filter((r) => r.interaction.dmp.includes(name));
  return found.map((r) => {
    const missing = needsOfRoute(r, name).filter((need) => reachOf(caller.scopes, need) === undefined);
    return {
      method: r.method.toUpperCase(),
      path: `/fhir${r.path.replace(/\/$/, '').replace(/:(\w+)/g, '{$1}')}`,
      missing: [...new Set(missing.map(scopeText))],
      refused: purposeIssues(caller, handlerName(r.type, r.interaction), config),
    };
  });
}
