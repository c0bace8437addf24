import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../server/fhir/deposit/content.ts';

const decode = (data: string): string => Buffer.from(decodeBase64(data, 'data', 100_000_000)).toString('latin1');

describe('decodeBase64', () => {
  it('passes over blanks, quickly also when every group has one', () => {
    expect(decode(' QUJD\r\n\tREVG ')).toBe('ABCDEF');
    const started = performance.now();
    expect(decode('QUJD '.repeat(6_000_000))).toHaveLength(18_000_000);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each(['QUJD\u0151', '\u0151UJD QUJD', 'QUJD\u2003REVG', 'QU JD=', 'QUJ', 'Q=JD'])('refuses %j', (data) =>
    expect(() => decode(data)).toThrow('document-base64'),
  );
});
