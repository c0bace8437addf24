/** What /metadata claims to instantiate is declared: every interaction and search parameter of the published statements. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CapabilityStatement, OperationDefinition } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { instantiates, resourceOf } from '../../../server/fhir/definition.ts';
import { capabilityStatement } from '../../../server/fhir/metadata.ts';
import { loadProfiles } from '../../../profiles/index.ts';
import { describeShared, sharedDir } from '../../support/shared.ts';

/** Names that the statements print for a parameter whose code is another (MHD: `_lastupdated`; PDSm: see the aliases). */
const printed: Record<string, string> = {
  _lastupdated: '_lastUpdated',
  'DocumentReference Patient': 'patient',
  'DocumentRefence Author': 'author',
};

/** What an operation of ours is derived from. */
const baseOf = (url: string): string | undefined =>
  loadProfiles().find((d): d is OperationDefinition => d.resourceType === 'OperationDefinition' && d.url === url)?.base;

describeShared('instantiated CapabilityStatements', () => {
  const ours = capabilityStatement(loadConfig({}), new Date(0));
  const rest = ours.rest?.[0];

  it('are claimed in /metadata', () => {
    expect(ours.instantiates).toEqual(instantiates);
  });

  it.each(instantiates)('%s', (url) => {
    const file = `CapabilityStatement-${url.split('/').pop()}.json`;
    const guide = url.includes('/MHD/') ? 'mhd' : 'pdsm';
    const published = JSON.parse(
      readFileSync(path.join(sharedDir()!, 'fhir', guide, file), 'utf8'),
    ) as CapabilityStatement;
    expect(published.url).toBe(url);
    const lacking: string[] = [];
    for (const asked of published.rest ?? []) {
      for (const { code } of asked.interaction ?? [])
        if (code !== 'search-system' && !rest?.interaction?.some((i) => i.code === code)) lacking.push(code);
      for (const resource of asked.resource ?? []) {
        const served = rest?.resource?.find((r) => r.type === resource.type);
        for (const { code } of resource.interaction ?? [])
          if (!served?.interaction?.some((i) => i.code === code)) lacking.push(`${resource.type} ${code}`);
        for (const { definition } of resource.operation ?? [])
          if (!served?.operation?.some((o) => [o.definition, baseOf(o.definition)].includes(definition)))
            lacking.push(`${resource.type} ${definition}`);
        const parameters = resourceOf(resource.type)?.searchParameters ?? [];
        for (const { name = '' } of resource.searchParam ?? []) {
          const code = printed[name] ?? name;
          if (!parameters.some((p) => p.name === code || p.aliases?.includes(code)))
            lacking.push(`${resource.type}?${name}`);
        }
        if (resource.conditionalUpdate && !served?.conditionalUpdate) lacking.push(`${resource.type} conditional`);
      }
    }
    expect(lacking).toEqual([]);
    const missing = published.format.filter((f) => !ours.format.some((o) => o === f || o.endsWith(`+${f}`)));
    expect(missing).toEqual([]);
  });
});
