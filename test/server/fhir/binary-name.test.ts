import { describe, expect, it } from 'vitest';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { dispositionOf } from '../../../server/fhir/binary-name.ts';

const header = (display: string | undefined, effectiveTime = '20261012093000+0200') =>
  ({ code: { code: 'c', scheme: 's', display }, effectiveTime, title: 'Lettre de Mme DURAND' }) as CdaHeader;

describe('the name of a file', () => {
  it('says kind and day, in ASCII and as it is; never the title', () => {
    expect(dispositionOf('id-1', 'application/pdf', header("CR d'imagerie médicale"), 'attachment')).toBe(
      `attachment; filename="CR d'imagerie medicale 2026-10-12.pdf"; filename*=UTF-8''CR%20d%27imagerie%20m%C3%A9dicale%202026-10-12.pdf`,
    );
    expect(dispositionOf('id-1', 'text/html', header('Synthese'), 'inline')).toBe(
      'inline; filename="Synthese 2026-10-12.html"',
    );
  });

  it('falls back on the opaque id', () => {
    expect(dispositionOf('id-1', 'image/tiff', undefined, 'attachment')).toBe('attachment; filename="id-1.tif"');
    expect(dispositionOf('id-1', 'x/y', header(undefined), 'attachment')).toBe('attachment; filename="id-1.bin"');
    expect(dispositionOf('id-1', 'x/y', header('../..'), 'attachment')).toBe('attachment; filename="id-1.bin"');
  });

  it.each([
    'a"b\r\nSet-Cookie: x',
    '../../etc/passwd',
    'a;b=c',
    '\u202egnp.exe',
    'CON\u0000',
    '"'.repeat(500),
    '日本 é',
    // Letters of two units each, of which one stands across the last place.
    `a${'𝒜'.repeat(100)}`,
  ])('lets nothing of %j out of its place', (display) => {
    const value = dispositionOf('id-1', 'application/pdf', header(display), 'attachment');
    expect(value).toMatch(
      /^attachment; filename="[A-Za-z0-9_.' -]{1,120}\.pdf"(; filename\*=UTF-8''[A-Za-z0-9%._~!-]+\.pdf)?$/,
    );
    expect(value).not.toMatch(/\.\.\/|%2F|%0|%E2%80%AE/i);
  });
});
