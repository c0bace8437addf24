/** Resources of any type that passes through here, drawn from the definitions: right in shape, meaningless in content. */
import fc from 'fast-check';
import { planOf, type Property } from '../../../../server/fhir/xml/schema.ts';

type Json = Record<string, unknown>;

/** Characters that XML treats specially, accents, a character beyond the BMP. */
const unit = fc.constantFrom(...'abcéœ’&<>"\' ;:/#{}', '😀', '\u00a0', 'x', 'y', 'z');
const plain = fc.string({ unit, minLength: 1, maxLength: 12 }).map((s) => `v${s}v`);
/** Line ends are kept in attributes only because they are written as references. */
const text = fc.oneof(
  plain,
  plain.map((s) => `${s}\n\t${s}\r\n.`),
);

function primitive(type: string, full: boolean): fc.Arbitrary<unknown> {
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'unsignedInt':
      return fc.nat();
    case 'positiveInt':
      return fc.integer({ min: 1, max: 2 ** 31 - 1 });
    case 'decimal':
      return fc.oneof(
        fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
        fc
          .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
          .map((n) => (Object.is(n, -0) ? 0 : n)),
      );
    case 'base64Binary':
      return fc.uint8Array({ minLength: 1, maxLength: 20 }).map((b) => Buffer.from(b).toString('base64'));
    case 'string':
    case 'markdown':
      return full ? text : plain;
    default:
      return plain.map((s) => s.replace(/\s/g, '_'));
  }
}

const narrative = plain.map((s) => {
  const escaped = s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `<div xmlns="http://www.w3.org/1999/xhtml" lang="fr"><p>${escaped}<br/>é</p><ul><li></li></ul></div>`;
});

/** `id` and extensions of a primitive. */
const shadow = (full: boolean): fc.Arbitrary<Json> =>
  fc.oneof(
    fc.record({ id: fc.constant('i1') }),
    fc.record({
      extension: fc
        .tuple(fc.record({ url: fc.constant('http://x/e'), valueString: full ? text : plain }))
        .map((a) => [...a]),
    }),
  );

function list(property: Property, full: boolean): fc.Arbitrary<Json> {
  const { name, type } = property;
  const both = fc.tuple(primitive(type, full), fc.option(shadow(full), { freq: 4 }), fc.boolean());
  return fc.array(both, { minLength: 1, maxLength: 3 }).map((items) => {
    const values = items.map(([v, s, valueless]) => (full && s && valueless ? null : v));
    const shadows = items.map(([, s]) => s);
    return { [name]: values, ...(shadows.some((s) => s) ? { [`_${name}`]: shadows } : {}) };
  });
}

function single(property: Property, full: boolean): fc.Arbitrary<Json> {
  const { name, type } = property;
  return fc
    .tuple(primitive(type, full), fc.option(shadow(full), { freq: 4 }), fc.boolean())
    .map(([v, s, valueless]) => ({
      ...(full && s && valueless ? {} : { [name]: v }),
      ...(s ? { [`_${name}`]: s } : {}),
    }));
}

function property(p: Property, depth: number, full: boolean): fc.Arbitrary<Json> {
  const { name, isArray, kind, type } = p;
  if (kind === 'attribute') return fc.constant({ [name]: name === 'url' ? 'http://x/y' : 'id-1' });
  if (kind === 'primitive') return isArray ? list(p, full) : single(p, full);
  if (kind === 'xhtml') return narrative.map((div) => ({ [name]: div }));
  const one =
    kind === 'resource' ? resource(fc.constantFrom('Patient', 'List'), depth - 1, full) : object(type, depth - 1, full);
  return isArray
    ? fc.array(one, { minLength: 1, maxLength: 2 }).map((v) => ({ [name]: v }))
    : one.map((v) => ({ [name]: v }));
}

/** Up to four of a type's properties, in any order, never none. */
function members(type: string, depth: number, full: boolean): fc.Arbitrary<Json> {
  const all = [...planOf(type)!.properties.values()].filter(
    (p) => depth > 0 || p.kind === 'primitive' || p.kind === 'attribute',
  );
  const choices = all.map((p) => p.name).filter((n) => /^value[A-Z]/.test(n) && type !== 'List');
  return fc
    .shuffledSubarray(all, { minLength: 1, maxLength: Math.min(4, all.length) })
    .map((chosen) => {
      // One value[x] at most.
      const first = chosen.find((p) => choices.includes(p.name));
      return chosen.filter((p) => p === first || !choices.includes(p.name));
    })
    .chain((chosen) =>
      fc.tuple(...chosen.map((p) => property(p, depth, full))).map((parts) => Object.assign({}, ...parts) as Json),
    );
}

const object = (type: string, depth: number, full: boolean): fc.Arbitrary<Json> =>
  type === 'Extension'
    ? fc.tuple(members(type, 0, full)).map(([m]) => ({ ...m, url: 'http://x/z' }))
    : members(type, depth, full);

/** @param full also with line ends in texts, and primitives without value: what the oracle gets wrong */
export function resource(types: fc.Arbitrary<string>, depth = 3, full = true): fc.Arbitrary<Json> {
  return types.chain((type) => members(type, depth, full).map((m) => ({ resourceType: type, ...m })));
}
