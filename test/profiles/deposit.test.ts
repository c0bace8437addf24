/**
 * Our profiles against PDSm's own: on a corpus made of resources that are right, each damaged in every single way, what ours
 * accept the official ones accept, and what ours refuse they refuse; and the engine refuses no less.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentReference, List, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownProfileId } from '../../server/fhir/validation/canonicals.ts';
import { profiles } from '../../server/fhir/validation/pdsm-rules.ts';
import { typeOfProfile, validateAgainst, type ProfileName } from '../../server/fhir/validation/profile.ts';
import { validateBase } from '../../server/fhir/validation/index.ts';
import { text } from '../support/documents.ts';
import { errorsOf, loadR4, profileOf } from '../support/profiles.ts';
import { comprehensive, newOid, provideBundle, simplified } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';

const note = { content: text(), contentType: 'text/plain' };
const set = (): List => provideBundle([note]).entry![0]!.resource as List;
const folder = (): List => {
  const { contained: _c, source: _s, ...list } = set();
  return {
    ...list,
    identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` }],
    extension: list.extension!.filter((e) => e.url.endsWith('/ihe-designationType')),
    code: { coding: [{ system: list.code!.coding![0]!.system!, code: 'folder' }] },
  };
};
const right: Record<ProfileName, () => Resource> = {
  simplified: () => simplified(note),
  comprehensive: () => comprehensive(note, 'Binary/1'),
  submissionSet: set,
  folder,
  provideBundle: () => provideBundle([note]),
};

/** Elements that R4 knows and the examples lack: a profile may forbid them. */
const extra: Record<string, Record<string, unknown>> = {
  DocumentReference: {
    docStatus: 'final',
    description: 'x',
    identifier: [
      { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:6d4b2b0e-0000-4000-8000-000000000000', use: 'official' },
    ],
    relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }],
    status: 'entered-in-error',
  },
  List: {
    encounter: { reference: 'Encounter/1' },
    orderedBy: { text: 'x' },
    emptyReason: { text: 'x' },
    note: [{ text: 'a' }, { text: 'b' }],
    status: 'retired',
    mode: 'snapshot',
    source: { reference: '#author' },
  },
  Bundle: { type: 'batch', total: 1 },
};

type Json = Record<string, unknown>;

/** Every copy of a value with one property less, or one occurrence more. What is contained, and entries, are left alone. */
function* damaged(value: Json, depth = 0): Generator<Json> {
  for (const [name, item] of Object.entries(value)) {
    if (name === 'resourceType' || name === 'contained' || name === 'resource' || name === 'meta') continue;
    const { [name]: _, ...without } = value;
    yield without;
    if (Array.isArray(item)) {
      yield { ...value, [name]: [...(item as unknown[]), item[0]] };
      for (const inner of item)
        if (isJson(inner) && depth < 3)
          for (const d of damaged(inner, depth + 1)) if (Object.keys(d).length > 0) yield { ...value, [name]: [d] };
    } else if (isJson(item) && depth < 3)
      for (const d of damaged(item, depth + 1)) if (Object.keys(d).length > 0) yield { ...value, [name]: d };
  }
}
const isJson = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);

function corpus(name: ProfileName): Json[] {
  const good = right[name]() as unknown as Json;
  const more = Object.entries(extra[typeOfProfile[name]]!).map(([element, value]) => ({ ...good, [element]: value }));
  const all = [good, ...damaged(good), ...more].map((r) => JSON.stringify(r));
  return [...new Set(all)].map((r) => JSON.parse(r) as Json);
}

function file(name: ProfileName): StructureDefinition {
  const at = path.resolve(import.meta.dirname, `../../profiles/${ownProfileId(name)}.json`);
  return JSON.parse(readFileSync(at, 'utf8')) as StructureDefinition;
}

/** What the library sees of one of our own definitions. */
function own(name: ProfileName): StructureDefinition {
  const profile = file(name);
  const element = profile
    .snapshot!.element.filter((e) => !/\.extension:/.test(e.id!))
    .map((e) => ({ ...e, slicing: undefined, constraint: e.constraint?.filter((c) => c.expression) }));
  return { ...profile, snapshot: { element } };
}

describeShared('our profiles against PDSm’s', (dir) => {
  beforeAll(loadR4);
  describe.each(Object.keys(profiles) as ProfileName[])('%s', (name) => {
    it('the same resources are accepted and refused', () => {
      const official = profileOf(dir, `pdsm/StructureDefinition-${profiles[name].snapshot}.json`);
      const mine = own(name);
      let [accepted, refused] = [0, 0];
      for (const resource of corpus(name)) {
        const r = resource as unknown as Resource;
        // R4 4.0.1 breaks its own bdl-8 where there is no fullUrl; corrected since.
        const a = errorsOf(r, official).filter((i) => !i.details?.text?.includes('bdl-8'));
        const b = errorsOf(r, mine);
        const shown = `${JSON.stringify(resource).slice(0, 2500)}\nofficial: ${a.map((i) => `${i.expression?.join()} ${i.details?.text}`).join('; ')}\nours: ${b.map((i) => `${i.expression?.join()} ${i.details?.text}`).join('; ')}`;
        expect(b.length > 0, shown).toBe(a.length > 0);
        if (a.length > 0) refused++;
        else accepted++;
      }
      expect(accepted).toBeGreaterThan(2);
      expect(refused).toBeGreaterThan(4);
    });

    it('the engine refuses what they refuse, but for what the deposit fills in', () => {
      if (name === 'provideBundle') return; // by its own reader: test/server/deposit
      const official = profileOf(dir, `pdsm/StructureDefinition-${profiles[name].snapshot}.json`);
      const filled = profiles[name].rules.flatMap((r) => ('filled' in r ? [r.element.split('.').pop()!] : []));
      for (const resource of corpus(name)) {
        const problems = errorsOf(resource as unknown as Resource, official).filter(
          (i) => !filled.some((f) => i.expression?.[0]?.endsWith(`.${f}`)),
        );
        const told = validateAgainst(resource, name).filter((i) => (i.severity ?? 'error') === 'error');
        if (problems.length > 0)
          expect(told, `${problems[0]!.expression?.join()} ${problems[0]!.details?.text}`).not.toEqual([]);
      }
    });
  });
});

describe('our profiles', () => {
  it.each(Object.keys(profiles) as ProfileName[])('%s: the file is valid R4 and accepts what is right', (name) => {
    loadR4();
    const profile = own(name);
    expect(validateBase(file(name), 'StructureDefinition').filter((i) => i.severity !== 'warning')).toEqual([]);
    expect(errorsOf(right[name]() as DocumentReference, profile).map((i) => i.details?.text)).toEqual([]);
  });
});
