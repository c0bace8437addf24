/**
 * The parameters that every resource has: `_id` and `_lastUpdated` (FHIR R4 search.html §3.1.1.4.1–2). What they are held
 * against is ours, not the registry's, so they are decided here.
 */
import type { Criterion, CriterionValue } from '../../mappings/criteria.ts';
import { intervalOf, type Interval } from './dates.ts';

interface Identified {
  id?: string;
  meta?: { lastUpdated?: string };
}

/** Whether the resource satisfies a criterion on `_id` or `_lastUpdated`. */
export function metaMatches(resource: Identified, criterion: Criterion): boolean {
  const updated = intervalOf(resource.meta?.lastUpdated ?? '');
  const found = criterion.name === '_id' ? resource.id : updated;
  if (criterion.modifier === 'missing')
    return criterion.values.some((v) => v.type === 'token' && (v.code === 'true') === (found === undefined));
  const hit = criterion.values.some((v) =>
    criterion.name === '_id' ? idMatches(v, resource.id) : updated !== undefined && instantMatches(v, updated),
  );
  return criterion.modifier === 'not' ? !hit : hit;
}

const idMatches = (value: CriterionValue, id: string | undefined): boolean =>
  value.type === 'token' && (value.system ?? '') === '' && value.code === id;

function instantMatches(value: CriterionValue, found: Interval): boolean {
  if (value.type !== 'date') return false;
  const within = value.start <= found.start && found.end <= value.end;
  switch (value.prefix) {
    case 'eq':
      return within;
    case 'ne':
      return !within;
    case 'gt':
      return found.end > value.end;
    case 'ge':
      return found.end > value.end || within;
    case 'lt':
      return found.start < value.start;
    case 'le':
      return found.start < value.start || within;
    case 'sa':
      return found.start >= value.end;
    case 'eb':
      return found.end <= value.start;
    case 'ap':
      return found.start < value.end && value.start < found.end;
  }
}
