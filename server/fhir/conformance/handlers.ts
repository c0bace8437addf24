/**
 * The conformance resources of `profiles/`, read and searched by anybody: they hold no data of a patient, and whoever reads
 * an extension, a code or an operation of ours in an answer must be able to look it up.
 */
import type { Resource } from '@medplum/fhirtypes';
import { IssueError } from '../../../mappings/outcome.ts';
import { loadProfiles, type Definition } from '../../../profiles/index.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Criterion } from '../../../mappings/criteria.ts';
import { isCount, searchset } from '../bundle.ts';
import type { OpenDefinition } from '../definition.ts';
import type { Reply } from '../interaction.ts';
import { offsetName, paged } from './page.ts';
import type { OpenCall } from './router.ts';

/** By type, each in the order of `loadProfiles`. Read once. */
const all = new Map<string, Definition[]>();
function ofType(type: string): Definition[] {
  if (all.size === 0) for (const d of loadProfiles()) all.set(d.resourceType, [...(all.get(d.resourceType) ?? []), d]);
  return all.get(type) ?? [];
}

/** @throws IssueError not-found */
export function readDefinition({ type }: OpenDefinition, id: string): Resource {
  const found = ofType(type).find((d) => d.id === id);
  if (!found) throw new IssueError({ key: 'not-found', values: { type } });
  return found;
}

/** Search by `url`, `_id`, `name`, `version`, `status`; by `url` and id in the order of the definitions. */
export function searchDefinitions({ type, searchParameters }: OpenDefinition, call: OpenCall): Reply {
  const table = searchParameters.map((p) => ({
    name: p.name,
    // A canonical is compared whole, as a text is with :exact.
    type: p.type === 'uri' ? ('string' as const) : p.type,
    modifiers: p.modifiers ?? [],
  }));
  const search = parseSearch(
    call.pairs.filter(([name]) => name !== offsetName),
    table,
    { handling: call.handling },
  );
  const found = ofType(type).filter((d) => search.criteria.every((c) => meets(d, c)));
  const selection = { summary: search.summary, elements: search.elements };
  const { resources, links } = paged(found, call.pairs, search.count);
  return {
    status: 200,
    resource: searchset({
      base: call.base,
      type,
      total: found.length,
      resources: isCount(selection, search.count) ? [] : resources,
      selection,
      links,
      warnings: search.warnings,
      language: call.language,
      requestId: call.requestId,
      now: call.now,
    }),
  };
}

const folded = (s: string): string => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** One value of the criterion fits; `:missing` and `:not` as R4 says. */
function meets(definition: Definition, { name, modifier, values }: Criterion): boolean {
  const key = name.replace(/^_/, '') as 'id' | 'url' | 'name' | 'version' | 'status';
  const have = definition[key];
  if (modifier === 'missing')
    return values.some((v) => v.type === 'token' && (v.code === 'true') === (have === undefined));
  const fits = values.some((v) => {
    if (have === undefined) return false;
    const wanted = v.type === 'token' ? v.code : v.type === 'string' ? v.text : undefined;
    if (wanted === undefined) return false;
    if (key !== 'name')
      return key === 'url' ? wanted === have || wanted === `${have}|${definition.version}` : wanted === have;
    if (modifier === 'exact') return have === wanted;
    return modifier === 'contains' ? folded(have).includes(folded(wanted)) : folded(have).startsWith(folded(wanted));
  });
  return modifier === 'not' ? !fits : fits;
}
