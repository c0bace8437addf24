/** The doors of this API to a DMP transaction, and what the caller's token lacks for each: derived from the API's definition. */
import type { Caller } from '../../auth/caller.ts';
import { isGranted, scopeText, type Need } from '../../auth/scopes.ts';
import { needsOf } from '../access.ts';
import type { Interaction } from '../definition.ts';
import { routes, type Route } from '../router.ts';
import type { Entry } from './table.ts';

export interface Door {
  /** GET, POST… */
  method: string;
  /** below the server's origin: `/fhir/DocumentReference/{id}` */
  path: string;
  /** Scopes that the token lacks for it: none, and the door is open. */
  missing: string[];
}

/** Transactions that many interactions need on their way: they are the door of those that begin with them. */
const onTheWay: readonly string[] = ['TD0.2', 'TD3.1a', 'TD3.1b'];

function isDoor({ dmp, code }: Interaction, { transaction: { name }, by }: Entry): boolean {
  if (by && !by.includes(code)) return false;
  return onTheWay.includes(name) ? dmp[0] === name : dmp.includes(name);
}

/** What a route asks for; a transaction is asked as for a new set, whose entries are created. */
function needsOfRoute({ type, interaction }: Route): Need[] {
  if (type !== undefined) return needsOf(type, interaction);
  return (interaction.entries ?? [])
    .filter(({ permission }) => permission === 'c')
    .map((entry) => ({ ...entry, ihe: interaction.ihe }));
}

/** A transaction that begins nothing has the doors of whatever sends it. */
export function doorsOf(entry: Entry, { scopes }: Caller): Door[] {
  const all = routes();
  const own = all.filter((r) => isDoor(r.interaction, entry));
  const { name } = entry.transaction;
  const found = own.length > 0 || entry.by ? own : all.filter((r) => r.interaction.dmp.includes(name));
  return found.map((r) => ({
    method: r.method.toUpperCase(),
    path: `/fhir${r.path.replace(/\/$/, '').replace(/:(\w+)/g, '{$1}')}`,
    missing: needsOfRoute(r)
      .filter((need) => !isGranted(scopes, need))
      .map(scopeText),
  }));
}
