/** What `Patient/$correct-record` is asked. `profiles/patient-correct-record.json` says the same. */
import { IssueError } from '../../../../mappings/outcome.ts';
import type { Pair } from '../../../search/pairs.ts';
import type { Call } from '../../interaction.ts';
import { oneOf, operationPairs } from '../../operation-parameters.ts';

/** The steps on a correction that exists. `keep` takes a document out of it, for it stands where it belongs. */
export const steps = ['delete', 'feed', 'drop', 'keep'] as const;
export type Step = (typeof steps)[number];

export interface CorrectionInput {
  /** id of a correction */
  correction?: string;
  step?: Step;
  /** `Patient/<id>` or `system|value` */
  wrong?: string;
  right?: string;
  reason?: string;
  /** `DocumentReference.id`s */
  documents: string[];
  /** The document that is issued again; any JSON value. */
  resource?: unknown;
  /** FHIRPath of `resource`. */
  resourcePath?: string;
}

const names: readonly string[] = ['correction', 'step', 'wrong', 'right', 'reason', 'document'];

/** @throws IssueError operation-parameter…, correction-step, cardinality */
export function readCorrection(call: Call): CorrectionInput {
  const { body, resources } = withoutResources(call.body);
  const pairs = operationPairs({ ...call, body }, names);
  const [given, ...more] = resources;
  if (more[0])
    throw new IssueError({
      key: 'cardinality',
      expression: more[0].path,
      values: { element: 'resource', count: resources.length, max: 1, rule: '$correct-record' },
    });
  const text = (name: string): string | undefined => oneOf(pairs, name)?.trim() || undefined;
  const step = stepOf(text('step'));
  return {
    ...some('correction', text('correction')),
    ...some('step', step),
    ...some('wrong', text('wrong')),
    ...some('right', text('right')),
    ...some('reason', text('reason')),
    documents: documentsOf(pairs),
    ...(given ? { resource: given.resource, resourcePath: given.path } : {}),
  };
}

const some = <K extends string, T>(key: K, value: T | undefined): { [k in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: T };

function stepOf(given: string | undefined): Step | undefined {
  if (given === undefined) return undefined;
  const step = steps.find((s) => s === given);
  if (!step)
    throw new IssueError({ key: 'correction-step', expression: 'step', values: { supported: steps.join(' | ') } });
  return step;
}

const documentsOf = (pairs: readonly Pair[]): string[] => [
  ...new Set(
    pairs
      .filter(([name]) => name === 'document')
      .map(([, value]) => value.replace(/^(?:.*\/)?DocumentReference\//, '')),
  ),
];

/** A Parameters resource without its parameter `resource`, which holds no simple value. */
function withoutResources(body: unknown): { body: unknown; resources: { resource: unknown; path: string }[] } {
  const parameter: unknown = (body as { parameter?: unknown } | undefined)?.parameter;
  if (!Array.isArray(parameter)) return { body, resources: [] };
  const all = parameter as ({ name?: unknown; resource?: unknown } | null)[];
  const resources = all.flatMap((p, i) =>
    p?.name === 'resource' ? [{ resource: p.resource, path: `Parameters.parameter[${i}].resource` }] : [],
  );
  return { body: { ...(body as object), parameter: all.filter((p) => p?.name !== 'resource') }, resources };
}
