import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errors } from '../../../mappings/errors.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { depositBundle } from '../../../server/fhir/deposit/bundle.ts';
import { depositOne } from '../../../server/fhir/deposit/one.ts';
import { text } from '../../support/documents.ts';
import { provideBundle, simplified } from '../../support/resources.ts';
import { nurse } from '../../support/callers.ts';
import { world } from './fakes.ts';

type Json = Record<string, unknown>;

/** Every place in a JSON value: its holder and key. */
function places(value: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Json, key]);
    places((value as Json)[key], found);
  }
  return found;
}

/** What a client may put where something else belongs. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    '#',
    '#nobody',
    '',
    ' ',
    'Patient/',
    'Patient?',
    'Patient?identifier=%',
    'urn:oid:',
    '\ud800',
    [],
    {},
    [null],
    null,
  ),
  fc.constant(undefined),
);

const content = { content: text(), contentType: 'text/plain' };

it.each([
  ['a DocumentReference', () => simplified(content), depositOne],
  ['a Bundle', () => provideBundle([content, content]), depositBundle],
] as const)(
  '%s with anything anywhere is accepted or refused by the error table, and never half done',
  async (_, make, deposit) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), anything, async (where, what) => {
        const body = JSON.parse(JSON.stringify(make())) as Json;
        const all = places(body);
        const [holder, key] = all[where % all.length]!;
        if (what === undefined && Array.isArray(holder)) holder.splice(Number(key), 1);
        else if (what === undefined) delete holder[key];
        else holder[key] = what;
        const w = world();
        try {
          await deposit(body, w, nurse);
          expect(w.fake.calls).toHaveLength(1);
          expect([...w.memory.held.values()].every((d) => d.state === 'confirmed')).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(IssueError);
          for (const issue of (error as IssueError).issues) expect(Object.keys(errors)).toContain(issue.key);
          expect(w.fake.calls).toHaveLength(0);
          expect(w.memory.held.size).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  },
);
