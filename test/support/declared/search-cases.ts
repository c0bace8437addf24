/** That a declared search parameter, modifier, sort key or include does what it says. */
import type { OperationOutcome } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { empty, searches, type Value } from './searches.ts';
import { ask, base, found, idsOf, known, P2, type Pairs, patientNames } from './world.ts';

const valueOf = (value: Value): string => (typeof value === 'string' ? value : value());
/** A parameter that the base has already is put in its place, every other beside it. */
const withPair = (type: string, name: string, key: string, value: string): Pairs => [
  ...base[type]!.filter(([n]) => n !== name),
  [key, value],
];

/** The search finds something else than without the parameter (and than without its modifier). */
export async function searchCase(type: string, name: string, modifier?: string): Promise<void> {
  const all = (await idsOf(type, base[type]!)).sort();
  expect(all.length).toBeGreaterThan(2);
  if (patientNames.includes(name)) {
    const value = modifier === 'identifier' || name.endsWith('.identifier') ? P2 : known.P2;
    const pairs = base[type]!.filter(([n]) => n !== 'patient.identifier');
    const ids = await idsOf(type, [...pairs, [modifier ? `${name}:${modifier}` : name, value]]);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.some((id) => all.includes(id))).toBe(false);
    return;
  }
  if (modifier === 'missing') {
    const [has, lacks] = [
      await idsOf(type, withPair(type, '', `${name}:missing`, 'false')),
      await idsOf(type, withPair(type, '', `${name}:missing`, 'true')),
    ];
    expect([...has, ...lacks].sort()).toEqual(all);
    return;
  }
  const spec = searches[type]![name]!;
  const value = valueOf(modifier ? (spec.modifiers?.[modifier] ?? '') : spec.value);
  expect(value, 'a value').not.toBe('');
  const key = modifier ? `${name}:${modifier}` : name;
  const ids = (await idsOf(type, withPair(type, name, key, value))).sort();
  expect(ids).not.toEqual(all);
  if (!modifier && spec.expects !== empty) expect(ids.length).toBeGreaterThan(0);
  // `_id` and `identifier` may find what a status hides; `code` and `status` change what there is to find.
  if (modifier) {
    if (modifier === 'exact') {
      const otherCase = value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase();
      expect(ids.length).toBeGreaterThan(0);
      expect(await idsOf(type, withPair(type, name, key, otherCase))).toEqual([]);
      expect(await idsOf(type, withPair(type, name, name, otherCase))).not.toEqual([]);
      return;
    }
    const plain = await ask(type, withPair(type, name, name, value));
    expect(
      plain.status === 200
        ? found(plain.body)
            .map((r) => r.id!)
            .sort()
        : plain.status,
    ).not.toEqual(ids);
  }
}

/** Both directions, and they differ; what the key lacks is at the end of both. */
export async function sortCase(type: string, key: string): Promise<void> {
  const all =
    type === 'List' && key === 'code'
      ? base[type]!.map((p) => (p[0] === 'code' ? (['code', 'submissionset,folder'] as const) : p))
      : base[type]!;
  const [up, down] = [await idsOf(type, [...all, ['_sort', key]]), await idsOf(type, [...all, ['_sort', `-${key}`]])];
  expect([...up].sort()).toEqual([...down].sort());
  expect(up).not.toEqual(down);
}

export async function includeCase(type: string, value: string): Promise<void> {
  const without = await ask(type, base[type]!);
  const { status, body } = await ask(type, [...base[type]!, ['_include', value]]);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(found(without.body, 'include')).toEqual([]);
  const target = value.endsWith(':item') ? 'DocumentReference' : 'Patient';
  if (value.endsWith(':author')) {
    const [outcome] = found(body, 'outcome') as OperationOutcome[];
    expect(JSON.stringify(outcome)).toContain('search-include-contained');
    return;
  }
  const included = found(body, 'include');
  expect(included.length).toBeGreaterThan(0);
  for (const r of included) expect(r.resourceType).toBe(target);
  const referred = JSON.stringify(found(body));
  for (const r of included) expect(referred).toContain(`"${target}/${r.id}"`);
}
