/** Every declared thing by a name of one form each: what `test/e2e/declared.test.ts` walks. */
import type { CapabilityStatement } from '@medplum/fhirtypes';

/** `Modifiers: :not, :missing.` → not, missing */
const listed = (what: string, documentation = ''): string[] =>
  (new RegExp(`${what}: ([^.]+)\\.`).exec(documentation)?.[1] ?? '')
    .split(', ')
    .flatMap((n) => n.replace(/^:/, '') || []);

/** Every declared thing by a name of one form each. */
export function namesOf(statement: CapabilityStatement): string[] {
  const [rest] = statement.rest!;
  const names = [
    ...statement.format.map((f) => `format ${f}`),
    ...(statement.patchFormat ?? []).map((f) => `patch format ${f}`),
    ...(statement.extension ?? []).map((e) => `language ${e.valueCode}`),
    ...(rest!.interaction ?? []).map((i) => `system ${i.code}`),
    ...(rest!.operation ?? []).map((o) => `system $${o.name}`),
    ...rest!.resource!.flatMap((r) => [
      ...(r.interaction ?? []).map((i) => `${r.type} ${i.code}`),
      ...(r.conditionalUpdate ? [`${r.type} conditional patch`] : []),
      ...(r.conditionalCreate ? [`${r.type} conditional create`] : []),
      ...(r.operation ?? []).map((o) => `${r.type} $${o.name}`),
      ...(r.searchInclude ?? []).map((i) => `${r.type}?_include=${i}`),
      ...(r.interaction ?? []).flatMap((i) => listed('_sort', i.documentation).map((key) => `${r.type}?_sort=${key}`)),
      ...(r.searchParam ?? []).flatMap((p) => [
        `${r.type}?${p.name}`,
        ...listed('Modifiers', p.documentation).map((m) => `${r.type}?${p.name}:${m}`),
      ]),
    ]),
  ];
  // An operation of two levels is declared twice.
  return [...new Set(names)];
}
