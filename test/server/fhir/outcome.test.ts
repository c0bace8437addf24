import { describe, expect, it } from 'vitest';
import { errors } from '../../../mappings/errors.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { languageOf, statusOf, toOutcome, toProblem } from '../../../server/fhir/outcome.ts';

describe('languageOf', () => {
  it.each([
    [undefined, 'fr'],
    ['', 'fr'],
    ['de', 'fr'],
    ['en', 'en'],
    ['en-GB, fr;q=0.5', 'en'],
    ['en;q=0.5, fr-FR', 'fr'],
    ['de, en;q=0.1', 'en'],
    ['en;q=0', 'fr'],
    ['*', 'fr'],
  ])('%s → %s', (header, language) => expect(languageOf(header)).toBe(language));
});

describe('toOutcome', () => {
  it('says each problem in both languages, keeps codes, shows nothing but the request id', () => {
    const outcome = toOutcome(
      [
        {
          key: 'required',
          expression: 'DocumentReference.subject',
          values: { element: 'subject', rule: 'PDSm' },
          upstream: { system: 's', code: 'XDSRegistryMetadataError' },
        },
      ],
      'en',
      'r1',
    );
    expect(outcome).toEqual({
      resourceType: 'OperationOutcome',
      language: 'en',
      issue: [
        {
          severity: 'error',
          code: 'required',
          details: {
            coding: [
              { system: 's', code: 'XDSRegistryMetadataError' },
              { system: 'https://dmp-fhir.example/CodeSystem/error', code: 'required' },
            ],
            text: 'Element subject is mandatory (PDSm).',
            _text: {
              extension: [
                {
                  url: 'http://hl7.org/fhir/StructureDefinition/translation',
                  extension: [
                    { url: 'lang', valueCode: 'fr' },
                    { url: 'content', valueString: 'L’élément subject est obligatoire (PDSm).' },
                  ],
                },
              ],
            },
          },
          diagnostics: 'X-Request-Id: r1',
          expression: ['DocumentReference.subject'],
        },
      ],
    });
  });

  it('makes a valid FHIR code of every row', () => {
    for (const key of Object.keys(errors)) {
      const [issue] = toOutcome([{ key }], 'fr').issue;
      expect(issue!.details!.coding![0]!.code, key).toMatch(/^[^\s]+(\s[^\s]+)*$/);
      expect(issue!.details!.text, key).not.toMatch(/\{\w+\}/);
    }
  });
});

describe('statusOf', () => {
  it.each([
    [['required'], 400],
    [['ins-key'], 422],
    [['ins-key', 'required'], 400],
    [['ins-key', 'duplicate'], 400],
    [['required', 'scope-missing'], 403],
    [['required', 'dmp-timeout'], 504],
    [['login-required', 'scope-missing'], 401],
    [['no such row'], 500],
  ])('%s → %i', (keys, status) => expect(statusOf(keys.map((key) => ({ key })))).toBe(status));

  it('does not count warnings', () => {
    expect(statusOf([{ key: 'duplicate' }, { key: 'required', severity: 'warning' }])).toBe(409);
  });
});

describe('toProblem', () => {
  it.each([
    [new DmpError('registry', 'XDSUnknownPatientId', 'TD3.1a'), 404, 'dmp:XDSUnknownPatientId'],
    [new DmpError('registry', 'XDSNeverHeardOf', 'TD3.1a'), 502, 'dmp-registry'],
    [new DmpError('registry', 'XDSRegistryBusy', 'TD3.1a'), 503, 'dmp:XDSRegistryBusy'],
    [new DmpError('timeout', '', 'TD0.2'), 504, 'dmp-timeout'],
    [new DmpError('http', '503', 'TD0.2'), 503, 'dmp-http-503'],
    [new DmpError('http', '404', 'TD0.2'), 502, 'dmp-http'],
    [new DmpError('fault', 'DMPInvalidCertificate', 'TD0.2'), 502, 'dmp:DMPInvalidCertificate'],
    [new IssueError([{ key: 'duplicate' }]), 409, 'duplicate'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 503, 'database-unavailable'],
    [new Error('secret 236046999012376'), 500, 'internal'],
    ['a string', 500, 'internal'],
  ])('%s → %i %s', (error, status, key) => {
    const problem = toProblem(error);
    expect([problem.status, problem.issues[0]!.key]).toEqual([status, key]);
    expect(problem.headers['Retry-After'] !== undefined).toBe(status === 503);
    expect(JSON.stringify(toOutcome(problem.issues, 'fr'))).not.toContain('236046999012376');
  });

  it('keeps the DMP’s own code', () => {
    const outcome = toOutcome(toProblem(new DmpError('registry', 'XDSNeverHeardOf', 'TD3.1a')).issues, 'fr');
    expect(outcome.issue[0]!.details!.coding![0]).toEqual({
      system: 'https://dmp-fhir.example/CodeSystem/dmp-registry',
      code: 'XDSNeverHeardOf',
    });
  });

  it('names the right that is missing', () => {
    const { status, issues } = toProblem(new DmpError('rights', 'psc', 'TD3.1a'));
    expect(status).toBe(403);
    expect(toOutcome(issues, 'fr').issue[0]!.details!.text).toMatch(/Pro Santé Connect|psc/);
  });
});
