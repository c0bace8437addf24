import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import { leftOut, profiles } from '../../../server/fhir/validation/pdsm-rules.ts';
import { describeShared, sharedDir } from '../../support/shared.ts';

const load = (folder: string, name: string): StructureDefinition =>
  JSON.parse(
    readFileSync(path.join(sharedDir()!, 'fhir', folder, `StructureDefinition-${name}.json`), 'utf8'),
  ) as StructureDefinition;

/** `source.extension(ihe-authorOrg).valueReference` → the element id of the snapshot that says the same. */
function elementOf(definition: StructureDefinition, row: string): ElementDefinition {
  const elements = definition.snapshot!.element;
  let id = definition.type;
  for (const step of row.split('.')) {
    const extension = /^extension\((.*)\)$/.exec(step)?.[1];
    if (extension) {
      const slice = elements.find(
        (e) =>
          e.path === `${id}.extension`.replace(/:\w+/g, '') &&
          e.sliceName &&
          e.type?.[0]?.profile?.[0]?.split('|')[0]?.endsWith(`/${extension}`),
      );
      if (!slice) throw new Error(`${definition.name}: no slice ${extension} under ${id}`);
      id = slice.id!;
    } else id = `${id}.${step.startsWith('value') && id.includes(':') ? 'value[x]' : step}`;
  }
  const element = elements.find((e) => e.id === id);
  if (!element) throw new Error(`${definition.name}: no element ${id}`);
  return element;
}

const card = (e: ElementDefinition): string => `${e.min}..${e.max}`;
const fixedOf = (e: ElementDefinition): unknown => {
  const value = Object.entries(e).find(([k]) => /^(fixed|pattern)[A-Z]/.test(k))?.[1] as unknown;
  const coding = (value as { coding?: { system: string; code: string }[] } | undefined)?.coding?.[0];
  return coding ? `${coding.system}|${coding.code}` : value;
};
const mustBeContained = (e: ElementDefinition): boolean =>
  e.type?.some((t) => t.aggregation?.join() === 'contained') ?? false;

/** Types of the profiles that a reference may lead to: `as-practitionerrole` is a PractitionerRole. */
const profiled: Record<string, string> = {
  'as-practitioner': 'Practitioner',
  'as-practitionerrole': 'PractitionerRole',
  'as-organization': 'Organization',
  'fr-core-patient': 'Patient',
  'fr-core-related-person': 'RelatedPerson',
};
const targetsOf = (e: ElementDefinition): Set<string> =>
  new Set(
    (e.type ?? []).flatMap((t) =>
      (t.targetProfile ?? []).map((url) => {
        const name = url.split('|')[0]!.split('/').pop()!;
        return profiled[name] ?? name;
      }),
    ),
  );

/** A required binding that is not R4's own. */
const narrowedBinding = (e: ElementDefinition): string | undefined =>
  e.binding?.strength === 'required' && !e.binding.valueSet!.startsWith('http://hl7.org/fhir/') && !fixedOf(e)
    ? e.binding.valueSet
    : undefined;

describeShared('PDSm rule tables against the compiled snapshots', () => {
  for (const [key, profile] of Object.entries(profiles)) {
    const definition = load('pdsm', profile.snapshot);
    const parent = load('mhd', profile.mhdSnapshot);

    for (const row of profile.rules)
      it(`${key}: ${row.element}`, () => {
        const element = elementOf(definition, row.element);
        expect(card(element)).toBe(row.card);
        if (row.fixed !== undefined) expect(fixedOf(element)).toBe(row.fixed);
        // value[x] of an extension carries the aggregation of the extension's own row
        const valueOf = definition.snapshot!.element.find((e) => e.id === `${element.id}.value[x]`);
        expect(mustBeContained(element) || (valueOf !== undefined && mustBeContained(valueOf))).toBe(
          row.contained ?? false,
        );
        if (row.targets)
          expect(new Set([...row.targets])).toEqual(
            targetsOf(valueOf && !element.type?.[0]?.targetProfile ? valueOf : element),
          );
        expect(row.binding?.valueSet).toBe(narrowedBinding(element));
        let inMhd: string | undefined;
        try {
          inMhd = card(elementOf(parent, row.element));
        } catch {
          inMhd = undefined; // an element that PDSm alone knows
        }
        if (inMhd !== undefined) expect(row.mhd ?? row.card).toBe(inMhd);
      });

    it(`${key}: what the snapshot constrains and no row states is left out by name`, () => {
      const stated = new Set(profile.rules.map((r) => elementOf(definition, r.element).id));
      const forgotten = definition
        .snapshot!.element.filter((e) => e.id!.includes('.') && !stated.has(e.id))
        .filter((e) => `${e.base!.min}..${e.base!.max}` !== card(e) || fixedOf(e) !== undefined || mustBeContained(e))
        .filter((e) => !/\.id$/.test(e.id!))
        .map((e) => e.id!)
        .filter(
          (id) => !Object.keys(leftOut).some((k) => (k.endsWith('*') ? id.startsWith(k.slice(0, -1)) : id === k)),
        );
      expect(forgotten).toEqual([]);
    });
  }
});
