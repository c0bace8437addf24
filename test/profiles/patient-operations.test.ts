/** OperationDefinitions of ours say what is served: level, methods, parameters. */
import type { OperationDefinition } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { ours } from '../../mappings/canonicals.ts';
import { patientOperations } from '../../mappings/patient-operations.ts';
import { loadProfiles } from '../../profiles/index.ts';
import { resources } from '../../server/fhir/definition.ts';
import { authorizedRecordsNames } from '../../server/fhir/patient/authorized-records.ts';
import { closeNames } from '../../server/fhir/patient/close.ts';
import { reactivateNames } from '../../server/fhir/patient/reactivate.ts';
import { webAccessNames } from '../../server/fhir/patient/web-access.ts';

const definitions = loadProfiles().filter((d): d is OperationDefinition => d.resourceType === 'OperationDefinition');
const definitionOf = (url: string): OperationDefinition => definitions.find((d) => d.url === url)!;
const served = resources.flatMap((r) =>
  r.interactions.flatMap(({ operation }) => (operation ? [{ type: r.type, ...operation }] : [])),
);
const ofOurs = served.filter(({ definition }) => definition.startsWith(`${ours}/`));

describe('an operation of ours', () => {
  it.each([...new Set(ofOurs.map((o) => o.definition))])('%s is served as it is defined', (url) => {
    const definition = definitionOf(url);
    const places = ofOurs.filter((o) => o.definition === url);
    for (const { name, type } of places) {
      expect(definition.code).toBe(name);
      expect(definition.resource).toContain(type);
    }
    expect(definition.type).toBe(places.some((o) => o.level === 'type'));
    expect(definition.instance).toBe(places.some((o) => o.level === 'instance'));
    // R4 operations.html: what changes something is never asked for by GET.
    if (definition.affectsState && Object.values<string>(patientOperations).includes(url))
      for (const { methods } of places) expect(methods).toEqual(['post']);
  });

  it.each<[keyof typeof patientOperations, readonly string[]]>([
    ['authorized-records', authorizedRecordsNames],
    ['administrative-data', []],
    ['web-access', webAccessNames],
    ['reactivate', reactivateNames],
    ['close', closeNames],
    ['internet-account', []],
  ])('%s has the parameters that are read', (name, names) => {
    const { parameter = [] } = definitionOf(patientOperations[name]);
    expect(parameter.filter((p) => p.use === 'in').map((p) => p.name)).toEqual([...names]);
    for (const p of parameter) expect(p.documentation, p.name).not.toBe('');
  });
});
