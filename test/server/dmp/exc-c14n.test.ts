/** Exclusive canonicalization of elements of ours, judged by libxml2 on their text. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { el, serialize, type Element } from '../../../mappings/xml/build.ts';
import { exclusiveForm } from '../../../server/dmp/exc-c14n.ts';
import { canonical } from './oracles.ts';

const text = fc.stringMatching(/^[\t\n\r -~é’\u{1F600}]{0,12}$/u);
const qname = fc.constantFrom('a', 'B', 'p:a', 'p:b', 'q:a', 'xml:lang');
const declaration = fc.constantFrom(
  ...([
    ['xmlns', 'urn:1'],
    ['xmlns', ''],
    ['xmlns:p', 'urn:p'],
    ['xmlns:p', 'urn:0'],
    ['xmlns:q', 'urn:a'],
    ['xmlns:unused', 'urn:u'],
  ] as const),
);
const { element } = fc.letrec<{ element: Element }>((tie) => ({
  element: fc
    .tuple(
      qname.filter((n) => n !== 'xml:lang'),
      fc.array(declaration, { maxLength: 2 }),
      fc.array(fc.tuple(qname, text), { maxLength: 4 }),
      fc.array(fc.oneof({ maxDepth: 4 }, text, tie('element')), { maxLength: 3 }),
    )
    .map(([name, declarations, attributes, children]) =>
      el(name, Object.fromEntries<string>([...declarations, ...attributes]), children),
    ),
}));

it('is what libxml2 makes of the same text', () => {
  fc.assert(
    fc.property(element, (inner) => {
      const root = el('r', { 'xmlns:p': 'urn:p', 'xmlns:q': 'urn:q', 'xmlns:z': 'urn:z' }, [inner]);
      expect(exclusiveForm(root)).toBe(canonical(serialize(root), '/*', { exclusive: true }));
    }),
    { numRuns: 500 },
  );
});
