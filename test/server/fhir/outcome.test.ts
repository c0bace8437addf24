import { describe, expect, it } from 'vitest';
import { errorRow, errors } from '../../../mappings/errors.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { languageOf, mostIssues, speakable, statusOf, toOutcome, toProblem } from '../../../server/fhir/outcome.ts';

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

describe('what others wrote', () => {
  it.each([
    'Le patient 236046999012376.',
    'INS:236046999012376;',
    'INS236046999012376',
    '2 36 04 69 990 123 76',
    '2-36-04-69-990-123',
    '(1012A99900114 ou 101072B99900114)',
    'médecin 899700101233.',
    '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D',
  ])('%s: nobody is named by what is repeated of it', (said) => {
    const passed = JSON.stringify(
      toOutcome(toProblem(new DmpError('registry', 'X', 'TD3.1a', said)).issues, 'fr', 'r'),
    );
    expect(passed).not.toMatch(/\d{2,3}[ -]?\d{3}|MAUREL|99900114/);
  });

  it('keeps OIDs and sizes', () => {
    for (const text of ['1.2.250.1.213.1.4.10', '2.25.236046999012376236046999012376', '41943040'])
      expect(speakable(`code ${text}`)).toBe(`code ${text}`);
  });

  it('is looked at in bounded time', () => {
    const started = performance.now();
    expect(speakable('a'.repeat(1_000_000))?.length).toBeLessThanOrEqual(300);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('of the client is freed of an INS too, wherever it stands', () => {
    const issue = {
      key: 'property-unknown',
      expression: 'DocumentReference.236046999012376',
      values: { name: '236046999012376', type: 'x' },
    } as const;
    expect(JSON.stringify(toOutcome([issue], 'en'))).not.toContain('236046999012376');
  });
});

describe('toOutcome', () => {
  it('says so many issues and no more, errors first', () => {
    const warnings = Array.from({ length: 10_000 }, () => ({ key: 'ins-key', severity: 'warning' }) as const);
    const { issue } = toOutcome([...warnings, { key: 'required', values: {} }], 'fr');
    expect(issue).toHaveLength(mostIssues);
    expect(issue[0]!.severity).toBe('error');
  });

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
    [new DmpError('http', '404', 'TD0.2'), 502, 'dmp-http-404'],
    [new DmpError('http', '418', 'TD0.2'), 502, 'dmp-http'],
    [new DmpError('fault', 'DMPInvalidCertificate', 'TD0.2'), 502, 'dmp:DMPInvalidCertificate'],
    [new IssueError([{ key: 'duplicate' }]), 409, 'duplicate'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 503, 'database-unavailable'],
    [Object.assign(new Error('write'), { code: 'ENOSPC' }), 503, 'disk-unavailable'],
    [new Error('secret 236046999012376'), 500, 'internal'],
    ['a string', 500, 'internal'],
  ])('%s → %i %s', (error, status, key) => {
    const problem = toProblem(error);
    expect([problem.status, problem.issues[0]!.key]).toEqual([status, key]);
    expect(problem.headers['Retry-After'] !== undefined).toBe(errorRow(key).retry ?? false);
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
