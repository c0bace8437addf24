import { describe, expect, it } from 'vitest';
import {
  parseAccept,
  parsePrefer,
  quality,
  requireForm,
  requireJson,
  requireJsonBody,
  wanted,
} from '../../../server/fhir/negotiation.ts';

const accepts = (accept: string | undefined, format?: string): boolean => {
  try {
    requireJson(wanted(accept, format === undefined ? [] : [['_format', format]]));
    return true;
  } catch {
    return false;
  }
};

describe('Accept', () => {
  it.each([
    undefined,
    '',
    '*/*',
    'application/*',
    'application/fhir+json',
    'application/json',
    'text/json',
    'application/fhir+json; fhirVersion=4.0',
    'application/fhir+json;fhirVersion=4.0.1',
    'text/html, */*;q=0.1',
    'application/fhir+xml, application/fhir+json;q=0.5',
    'APPLICATION/FHIR+JSON',
  ])('%s can be met', (accept) => expect(accepts(accept)).toBe(true));

  it.each([
    'application/fhir+xml',
    'text/html',
    'application/fhir+turtle',
    'image/*',
    'application/fhir+json;q=0',
    'application/fhir+json; fhirVersion=5.0',
    'application/fhir+json; fhirVersion=3.0',
    '*/*;q=0',
  ])('%s cannot', (accept) => expect(accepts(accept)).toBe(false));

  it('gives way to _format', () => {
    expect(accepts('application/fhir+xml', 'json')).toBe(true);
    expect(accepts('application/fhir+xml', 'application/fhir json')).toBe(true);
    expect(accepts('application/fhir+json', 'xml')).toBe(false);
    expect(accepts('application/fhir+json', 'application/fhir+json;fhirVersion=5.0')).toBe(false);
    expect(accepts('application/fhir+json', '')).toBe(true);
  });

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
    'application/fhir+json',
    'application/json; charset=utf-8',
    'application/fhir+json; charset=UTF-8; fhirVersion=4.0',
    'application/fhir+json;charset="utf-8"',
  ])('%s is read', (type) => expect(() => requireJsonBody(type)).not.toThrow());
  it.each([
    undefined,
    '',
    'text/plain',
    'application/fhir+xml',
    'application/fhir+json; charset=iso-8859-1',
    'application/fhir+json; fhirVersion=5.0',
    'application/x-www-form-urlencoded',
  ])('%s is not', (type) => expect(() => requireJsonBody(type)).toThrow('media-type'));
  it('is a form for _search', () => {
    expect(() => requireForm('application/x-www-form-urlencoded; charset=utf-8')).not.toThrow();
    expect(() => requireForm('application/json')).toThrow('media-type');
  });
});

describe('Prefer', () => {
  it('is read in one header or several parts, unknown ones ignored', () => {
    expect(parsePrefer(undefined)).toEqual({ handling: 'lenient', return: 'representation' });
    expect(parsePrefer('return=minimal; handling=strict, respond-async')).toEqual({
      handling: 'strict',
      return: 'minimal',
    });
    expect(parsePrefer('Return=OperationOutcome')).toMatchObject({ return: 'OperationOutcome' });
    expect(parsePrefer('return=everything')).toMatchObject({ return: 'representation' });
  });
});
