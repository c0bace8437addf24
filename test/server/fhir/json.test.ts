import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxDepth, parseJson } from '../../../server/fhir/json.ts';

const read = (text: string) => parseJson(Buffer.from(text, 'utf8'));

describe('parseJson', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        if (text.includes('__proto__')) return;
        expect(read(text)).toEqual(JSON.parse(text));
        expect(read(JSON.stringify({ a: value }, null, 2))).toEqual({ a: JSON.parse(text) as unknown });
      }),
    );
  });

  it.each(['', '{', '{"a":1', '[1,]', '{"a":"', '"\\', 'nope', '{"a":1}}', '{"a" 1}'])('refuses %s', (text) =>
    expect(() => read(text)).toThrow('body-malformed'),
  );

  it('refuses a key twice in one object, however it is written, and not in two', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"b":{},"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"x":[{"id":1,"id":1}]}',
      '{"a"\n:1,"a" :1}',
      '{"__proto__":{}}',
    ]) {
      expect(() => read(text), text).toThrow('body-malformed');
    }
    expect(read('{"a":{"a":{"a":"a"}},"b":["a","a"],"c":[{"a":1},{"a":2}]}')).toBeTruthy();
    expect(read('{"a":"b\\",\\"a\\":1","b":"\\\\","c":"{[\\"a\\""}')).toEqual({ a: 'b","a":1', b: '\\', c: '{["a"' });
  });

  it('refuses what is nested too deeply, without exhausting the stack', () => {
    expect(() => read('['.repeat(1_000_000))).toThrow('body-malformed');
    expect(read('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBeTruthy();
    expect(() => read('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toThrow('body-malformed');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xc3, 0x22]))).toThrow('body-malformed');
  });

  it.each([
    ['objects', `[${'{},'.repeat(10_000_000)}{}]`],
    ['arrays', `[${'[],'.repeat(10_000_000)}[]]`],
    ['numbers', `[${'1,'.repeat(15_000_000)}1]`],
    ['strings', `[${'"",'.repeat(10_000_000)}""]`],
  ])('refuses more %s than a body can need, before they are made', (_, text) => {
    const started = performance.now();
    expect(() => read(text)).toThrow('body-malformed');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('costs little on blanks', () => {
    const started = performance.now();
    expect(read(`{"a"${' '.repeat(30_000_000)}:1}`)).toEqual({ a: 1 });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('costs next to nothing on a long base64', () => {
    const text = JSON.stringify({ data: 'A'.repeat(20_000_000) });
    const started = performance.now();
    read(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
