/**
 * Declared means working: every interaction, search parameter, modifier, sort key, include, format and operation that
 * `/metadata` declares is called, on data chosen so that ignoring it changes the result. What is declared and has no case
 * here fails.
 */
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { capabilityStatement } from '../../server/fhir/metadata.ts';
import { caseOf } from '../support/declared/cases.ts';
import { namesOf } from '../support/declared/names.ts';
import { close, prepare, stack } from '../support/declared/world.ts';

const declared = namesOf(capabilityStatement(loadConfig({}), new Date(0)));

beforeAll(prepare);
afterAll(close);

describe('4. Declared means working', () => {
  it('the statement that is served is the one that is walked here', async () => {
    const { body } = await stack.get<CapabilityStatement>('/metadata', 'doctor');
    expect(namesOf(body)).toEqual(declared);
    expect(declared.length).toBeGreaterThan(150);
  });

  it.each(declared)('%s', async (name) => {
    const run = caseOf(name);
    if (!run) throw new Error(`${name} is declared and has no case here`);
    await run();
  });
});
