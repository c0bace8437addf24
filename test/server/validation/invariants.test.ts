import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference, List, Parameters, StructureDefinition } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { errors, type ErrorRow } from '../../../mappings/errors.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { knownExtensions, extensionIssues } from '../../../server/fhir/validation/extensions.ts';
import { validateAgainst, type ProfileName } from '../../../server/fhir/validation/profile.ts';
import { invariants } from '../../../server/fhir/validation/invariants.ts';
import { profiles } from '../../../server/fhir/validation/pdsm-rules.ts';
import { depositBundle } from '../../../server/fhir/deposit/bundle.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { text } from '../../support/documents.ts';
import { comprehensive, provideBundle, simplified } from '../../support/resources.ts';
import { describeShared } from '../../support/shared.ts';
import { nurse } from '../../support/callers.ts';
import { world } from '../deposit/fakes.ts';

const note = { content: text(), contentType: 'text/plain' };
const right: Record<string, () => DocumentReference | List> = {
  comprehensive: () => comprehensive(note, 'Binary/1'),
  simplified: () => simplified(note),
  submissionSet: () => provideBundle([note]).entry![0]!.resource as List,
};

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const out: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name];
    else out[name] = merged(out[name], value);
  }
  return out;
}

const found = (issues: readonly Issue[], key: string): Issue[] => issues.filter((i) => i.key === key);

describe('the constraints of PDSm that stand in prose', () => {
  it('what is right breaks none', () => {
    for (const [profile, make] of Object.entries(right))
      expect(validateAgainst(make(), profile as ProfileName).filter((i) => i.severity !== 'warning')).toEqual([]);
  });

  for (const row of invariants.filter((r) => r.breaches))
    it(`${row.profile} ${row.id} on ${row.element}: its example breaks it, and it alone`, () => {
      const before = right[row.profile]!();
      expect(found(validateAgainst(before, row.profile), row.key)).toEqual([]);
      const [issue] = found(validateAgainst(merged(before, row.example), row.profile), row.key);
      expect(issue).toBeDefined();
      expect(issue!.severity).toBe(row.severity);
      expect(issue!.expression).toContain(`${row.element.split('.')[0]}.`);
      const { fr, en, code } = (errors as Record<string, ErrorRow>)[row.key]!;
      expect([fr, en, code].every((s) => s.length > 5)).toBe(true);
    });

  it('constr-cdr-rempl: a PATCH entry that supersedes wants a new document that replaces', async () => {
    const row = invariants.find((r) => r.id === 'constr-cdr-rempl')!;
    const bundle: Bundle = provideBundle([note]);
    bundle.entry!.push({
      resource: row.example as Parameters,
      request: { method: 'PATCH', url: 'DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.3.4' },
    });
    const error = await depositBundle(bundle, world(), nurse).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(IssueError);
    expect((error as IssueError).issues.map((i) => i.key)).toEqual([row.key]);
  });

  it('a professional’s facility is of TRE_R02, a patient’s of TRE_A00', () => {
    const a00 = 'https://mos.esante.gouv.fr/NOS/TRE_A00-ProducteurDocNonPS/FHIR/TRE-A00-ProducteurDocNonPS';
    const own = { context: { facilityType: { coding: [{ system: a00, code: 'EXP_PATIENT' }] } } };
    const key = 'constr-bind-ProducteurDoc';
    const document = right.comprehensive!() as DocumentReference;
    expect(found(validateAgainst(merged(document, own), 'comprehensive'), key)).toHaveLength(1);
    const patient = { ...document, author: [{ reference: '#patient' }] };
    expect(found(validateAgainst(patient, 'comprehensive'), key)).toHaveLength(1);
    expect(found(validateAgainst(merged(patient, own), 'comprehensive'), key)).toEqual([]);
  });
});

describeShared('every one of them, in the compiled definitions', (dir) => {
  const folder = path.join(dir, 'fhir/pdsm');
  const official = readdirSync(folder)
    .filter((f) => f.startsWith('StructureDefinition-'))
    .map((f) => JSON.parse(readFileSync(path.join(folder, f), 'utf8')) as StructureDefinition)
    .flatMap(({ id, snapshot }) =>
      snapshot!.element.flatMap((e) =>
        (e.constraint ?? [])
          .filter((c) => c.severity === 'error' && c.expression === undefined)
          .map((c) => `${id} ${e.id} ${c.key}`),
      ),
    );

  it('has its row: 17', () => {
    expect(official).toHaveLength(17);
    const rows = invariants.map((r) => `${profiles[r.profile].snapshot} ${r.element} ${r.id}`);
    expect([...rows].sort()).toEqual([...official].sort());
  });

  it('extensions: value and context are those of the published definitions', () => {
    const folders = ['pdsm', 'mhd'].map((f) => path.join(dir, 'fhir', f));
    for (const [name, { url, value, contexts }] of Object.entries(knownExtensions)) {
      const file = folders.map((f) => path.join(f, `StructureDefinition-${name}.json`)).find((f) => exists(f));
      if (name === 'ihe-HomeCommunityId') continue; // MHD 4.2.4
      const definition = JSON.parse(readFileSync(file!, 'utf8')) as StructureDefinition;
      expect(definition.url).toBe(url);
      expect(definition.context!.map((c) => c.expression)).toEqual(contexts);
      const [type] = definition.snapshot!.element.find((e) => e.id === 'Extension.value[x]')!.type!;
      expect(value).toBe(`value${type!.code.charAt(0).toUpperCase()}${type!.code.slice(1)}`);
    }
  });
});

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

describe('extension slices', () => {
  const list = right.submissionSet!() as List;
  const sourceId = list.extension!.find((e) => e.url.endsWith('/ihe-sourceId'))!;
  const others = list.extension!.filter((e) => e !== sourceId);

  it.each([
    ['isArchived as a text', { url: extIsArchived, valueString: 'true' }, 'extension-value'],
    ['sourceId as a text', { url: sourceId.url, valueString: '1.2.3' }, 'extension-value'],
    [
      'authorOrg on the List',
      { url: knownExtensions['ihe-authorOrg']!.url, valueReference: { display: 'x' } },
      'extension-context',
    ],
  ])('%s', (_, extension, key) => {
    const issues = extensionIssues({ ...list, extension: [...others, extension] }, 'List');
    expect(issues.map((i) => `${i.key} ${i.expression}`)).toEqual([`${key} List.extension[${others.length}]`]);
  });

  it('an extension of another publisher with the same last word is none of ours', () => {
    const foreign = { ...sourceId, url: 'http://example.org/ihe-sourceId' };
    const issues = validateAgainst({ ...list, extension: [...others, foreign] }, 'submissionSet');
    expect(issues.map((i) => i.key)).toContain('required');
  });
});
