import { describe, expect, it } from 'vitest';
import {
  bodyFormat,
  formatOf,
  formatOrJson,
  parseAccept,
  parsePrefer,
  quality,
  requireForm,
  wanted,
} from '../../../server/fhir/negotiation.ts';

const format = (accept: string | undefined, asked?: string): string => {
  try {
    return formatOf(wanted(accept, asked === undefined ? [] : [['_format', asked]]));
  } catch {
    return 'none';
  }
};

describe('Accept', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['text/*', 'json'],
    ['application/fhir+json', 'json'],
    ['application/json', 'json'],
    ['text/json', 'json'],
    ['application/fhir+json; fhirVersion=4.0', 'json'],
    ['application/fhir+json;fhirVersion=4.0.1', 'json'],
    ['APPLICATION/FHIR+JSON', 'json'],
    ['application/fhir+xml', 'xml'],
    ['application/xml', 'xml'],
    ['text/xml', 'xml'],
    ['application/fhir+xml; fhirVersion=4.0', 'xml'],
    ['application/fhir+xml, application/fhir+json;q=0.5', 'xml'],
    ['application/fhir+xml;q=0.5, application/fhir+json', 'json'],
    ['application/fhir+xml;q=1.0, application/fhir+json;q=1.0', 'json'],
    ['application/fhir+xml, */*', 'xml'],
    ['application/fhir+xml, application/*;q=0.9', 'xml'],
    ['application/fhir+json;q=0, */*', 'json'], // application/json is another name of it, and not excluded
    ['application/fhir+json;q=0, application/json;q=0, text/json;q=0, */*', 'xml'],
    ['text/html', 'html'],
    ['text/html, */*;q=0.1', 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['text/html;q=0.5, application/fhir+json', 'json'],
    ['application/fhir+xml; fhirVersion=5.0, application/fhir+json; fhirVersion=4.0', 'json'],
  ])('%s → %s', (accept, expected) => expect(format(accept)).toBe(expected));

  it.each([
    'application/fhir+turtle',
    'image/*',
    'application/fhir+json;q=0',
    'application/fhir+json; fhirVersion=5.0',
    'application/fhir+json; fhirVersion=3.0',
    'application/fhir+xml; fhirVersion=5.0',
    '*/*;q=0',
  ])('%s cannot be met; an error goes out in JSON', (accept) => {
    expect(format(accept)).toBe('none');
    expect(formatOrJson(wanted(accept, []))).toBe('json');
  });

  it.each([
    ['application/fhir+xml', 'json', 'json'],
    ['application/fhir+xml', 'application/fhir json', 'json'],
    ['application/fhir+json', 'xml', 'xml'],
    ['application/fhir+json', 'application/fhir+xml', 'xml'],
    ['application/fhir+json', 'text/xml', 'xml'],
    ['application/fhir+json', 'application/xml', 'xml'],
    ['application/fhir+json', 'html', 'html'],
    ['application/fhir+json', 'text/html', 'html'],
    ['application/fhir+json', 'ttl', 'none'],
    ['application/fhir+json', 'application/fhir+json;fhirVersion=5.0', 'none'],
    ['application/fhir+json', '', 'json'],
  ])('%s gives way to _format=%s: %s', (accept, asked, expected) => expect(format(accept, asked)).toBe(expected));

  it('weighs by the most specific range', () => {
    const accept = parseAccept('text/*;q=0.3, text/xml;q=0.9, */*;q=0.1, application/pdf;q=0');
    expect(['text/xml', 'text/plain', 'image/png', 'application/pdf'].map((t) => quality(t, accept))).toEqual([
      0.9, 0.3, 0.1, 0,
    ]);
    expect(quality('text/xml', [])).toBe(1);
  });
});

describe('Content-Type', () => {
  it.each([
    ['application/fhir+json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['text/json', 'json'],
    ['application/fhir+json; charset=UTF-8; fhirVersion=4.0', 'json'],
    ['application/fhir+json;charset="utf-8"', 'json'],
    ['application/fhir+xml', 'xml'],
    ['application/xml', 'xml'],
    ['text/xml; charset=utf-8', 'xml'],
  ])('%s is read as %s', (type, expected) => expect(bodyFormat(type)).toBe(expected));
  it.each([
    undefined,
    '',
    'text/plain',
    'text/html',
    'application/xhtml+xml',
    'application/fhir+xml; charset=utf-16',
    'application/fhir+json; charset=iso-8859-1',
    'application/fhir+json; fhirVersion=5.0',
    'application/x-www-form-urlencoded',
  ])('%s is not', (type) => expect(() => bodyFormat(type)).toThrow('media-type'));
  it('is a form for _search', () => {
    expect(() => requireForm('application/x-www-form-urlencoded; charset=utf-8')).not.toThrow();
    expect(() => requireForm('application/json')).toThrow('media-type');
  });
});

describe('Prefer', () => {
  it('is read in one header or several parts, unknown ones ignored', () => {
    expect(parsePrefer(undefined)).toEqual({ handling: 'lenient', return: 'representation', async: false });
    expect(parsePrefer('return=minimal; handling=strict, respond-async')).toEqual({
      handling: 'strict',
      return: 'minimal',
      async: true,
    });
    expect(parsePrefer('Return=OperationOutcome')).toMatchObject({ return: 'OperationOutcome' });
    expect(parsePrefer('return=everything')).toMatchObject({ return: 'representation' });
  });
});
