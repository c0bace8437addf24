import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import type { Issue } from '../../../mappings/outcome.ts';
import { readProvideBundle, validateSimplifiedPublish } from '../../../server/fhir/validation/index.ts';
import { describeShared } from '../../support/shared.ts';

const said = (issues: readonly Issue[]): string[] =>
  issues.filter((i) => i.severity !== 'warning').map((i) => `${i.key} ${i.expression ?? ''}`);

describeShared('PDSm’s own examples against the profiles: their known defects, and nothing else', (dir) => {
  const read = <T>(name: string): T =>
    JSON.parse(readFileSync(path.join(dir, 'fhir/examples', `${name}.json`), 'utf8')) as T;

  it('simplified publish: the profile is met (patient, author and uniqueId are the deposit’s to refuse)', () => {
    expect(said(validateSimplifiedPublish(read('pdsm-DocumentReference-PDSmSimplifiedExample')))).toEqual([]);
  });

  it('replacement in a set: the profile is met, and its PATCH entry is read', () => {
    const { issues, parts } = readProvideBundle(read('pdsm-iti65-replace'));
    expect(said(issues)).toEqual([]);
    expect(parts!.patches.map((p) => p.target)).toEqual(['DocumentReference/doc-old']);
  });

  /** The two resources of the examples as a Bundle: what stands between them and a deposit. */
  it('a set made of the examples: actors that are not contained (spec A.6)', () => {
    const document = read<DocumentReference>('pdsm-DocumentReference-exemple-pdsm-documentreference');
    const bundle: Bundle = {
      resourceType: 'Bundle',
      meta: {
        profile: [
          'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle',
        ],
      },
      type: 'transaction',
      entry: [
        { resource: read('pdsm-List-ExampleSubmissionSet'), request: { method: 'POST', url: 'List' } },
        { resource: document, request: { method: 'POST', url: 'DocumentReference' } },
        { resource: read('pdsm-Binary-6789'), request: { method: 'POST', url: 'Binary' } },
      ],
    };
    expect(said(readProvideBundle(bundle).issues)).toEqual([
      'contained-expected Bundle.entry[1].resource.author[0]',
      'contained-expected Bundle.entry[1].resource.authenticator',
      'contained-expected Bundle.entry[1].resource.context.sourcePatientInfo',
    ]);
  });
});
