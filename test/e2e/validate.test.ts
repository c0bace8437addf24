/**
 * Issue 3, line 6: « check »: `$validate` runs the very same engine as the real thing, including what the DMP would refuse,
 * over real HTTP, TLS and the simulator. Nothing is sent.
 */
import type { Bundle, DocumentReference, List, OperationOutcome, Parameters, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf, loadR4 } from '../support/profiles.ts';
import { text } from '../support/documents.ts';
import { comprehensive, newOid, PDSM, provideBundle, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const own = 'https://dmp-fhir.example/CodeSystem/error';
/** `~key expression`: `~` warning, `i ` information. */
const said = ({ issue }: OperationOutcome): string[] =>
  issue.map((i) => {
    const key = i.details?.coding?.find((c) => c.system === own)?.code;
    const mark = i.severity === 'warning' ? '~' : i.severity === 'information' ? 'i ' : '';
    return `${mark}${key} ${i.expression?.join() ?? ''}`.trim();
  });
const errors = (outcome: OperationOutcome): string[] => said(outcome).filter((s) => !/^(~|i )/.test(s));

const note = { content: text(), contentType: 'text/plain' };

describe('6. $validate', () => {
  let stack: Stack;
  beforeAll(async () => {
    loadR4();
    stack = await startStack();
  });
  afterAll(() => stack.close());

  const validate = async (
    resource: Resource,
    more: Parameters['parameter'] = [],
    type = resource.resourceType,
  ): Promise<OperationOutcome> => {
    const body = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource }, ...more] };
    const answer = await stack.post<OperationOutcome>(`/${type}/$validate`, body, 'nurse');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(errorsOf(answer.body)).toEqual([]);
    return answer.body;
  };
  const mode = (valueCode: string): NonNullable<Parameters['parameter']> => [{ name: 'mode', valueCode }];
  const profile = (valueUri: string): NonNullable<Parameters['parameter']> => [{ name: 'profile', valueUri }];

  it('what is right is said to be, and neither the DMP nor the store hears of it', async () => {
    const uniqueId = newOid();
    await stack.resetCalls();
    const one = await validate(simplified({ ...note, uniqueId }));
    expect(errors(one)).toEqual([]);
    expect(said(one)).toContain('i dry-run');
    const set = await validate(provideBundle([{ ...note, uniqueId }]));
    expect(errors(set)).toEqual([]);
    expect(said(set)).toContain('i dry-run');
    expect(await stack.calls()).not.toContain('TD2.1');
    expect(await stack.registeredAll(uniqueId)).toEqual([]);
    // The resource may be the body itself.
    const bare = await stack.post<OperationOutcome>('/DocumentReference/$validate', simplified(note), 'nurse');
    expect([bare.status, errors(bare.body)]).toEqual([200, []]);
  });

  /** What is wrong, and the request in which it is. */
  const wrong: [string, () => DocumentReference | Bundle][] = [
    [
      'several things at once',
      () => ({ ...simplified(note), status: 'x' as 'current', date: 'y', masterIdentifier: undefined }),
    ],
    [
      'no document',
      () => ({ ...simplified(note), content: [{ attachment: { contentType: 'text/plain', title: 'a' } }] }),
    ],
    ['another type than announced', () => simplified({ content: text(), contentType: 'application/pdf' })],
    ['a wrong hash', () => withAttachment({ hash: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })],
    ['no patient', () => ({ ...simplified(note), subject: { display: 'Odette' } })],
    [
      'a code that no value set holds',
      () => simplified({ ...note, securityLabel: [{ system: 'urn:oid:1.2.3', code: 'Z' }] }),
    ],
    [
      'an unknown uniqueId form',
      () => ({ ...simplified(note), masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'x' } }),
    ],
    [
      'a type of no code system of PDSm',
      () => ({ ...simplified(note), type: { coding: [{ system: 'http://snomed.info/sct', code: '1' }] } }),
    ],
    ['the DMP of P3 is closed', () => simplified({ ...note, who: 'P3' })],
    ['P4 has no DMP', () => simplified({ ...note, who: 'P4' })],
    ['a set without profile', () => ({ ...provideBundle([note]), meta: undefined })],
    ['a set without its Binary', () => ({ ...provideBundle([note]), entry: provideBundle([note]).entry!.slice(0, 2) })],
    ['a set with a set of another author', () => provideBundleOf((list) => (list.source = { reference: '#ehpad' }))],
    ['a set about two patients', () => twoPatients()],
  ];
  function withAttachment(more: object): DocumentReference {
    const d = simplified(note);
    return { ...d, content: [{ ...d.content[0], attachment: { ...d.content[0]!.attachment, ...more } }] };
  }
  function provideBundleOf(change: (list: List) => void): Bundle {
    const bundle = provideBundle([note]);
    change(bundle.entry![0]!.resource as List);
    return bundle;
  }
  function twoPatients(): Bundle {
    const bundle = provideBundle([note]);
    const document = bundle.entry![1]!.resource as DocumentReference;
    document.subject = simplified({ ...note, who: 'P2' }).subject;
    return bundle;
  }

  it.each(wrong)('%s: the same issues as the real deposit, in a 200', async (_, make) => {
    const resource = make();
    const told = errors(await validate(resource));
    const url = resource.resourceType === 'Bundle' ? '' : '/DocumentReference';
    const real = await stack.post<OperationOutcome>(url, resource, 'nurse');
    expect(real.status, JSON.stringify(real.body)).toBeGreaterThanOrEqual(400);
    expect(told.length).toBeGreaterThan(0);
    // What the DMP refuses has its own row when it is foreseen.
    const keys = (list: string[]): string[] =>
      list.map((s) => s.replace(/^dmp-(closed|absent|XDS\w+|DMP\w+)/, 'dmp')).map(strip);
    expect(keys(told)).toEqual(keys(errors(real.body)));
  });
  const strip = (s: string): string => (s.startsWith('dmp') ? 'dmp' : s);

  it('a uniqueId that the DMP holds is found before it is deposited again', async () => {
    const again = {
      ...simplified(note),
      masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${stack.storyUniqueId}` },
    };
    expect(errors(await validate(again))).toEqual([
      'dmp-XDSDuplicateUniqueIdInRegistry DocumentReference.masterIdentifier',
    ]);
  });

  it('mode=profile: the profile alone, without patient nor DMP; the claim or the code chooses it', async () => {
    await stack.resetCalls();
    const document = comprehensive({ ...note, who: 'P4' }, 'Binary/1');
    expect(said(await validate(document, mode('profile')))).toEqual(['i valid']);
    expect(errors(await validate({ ...document, securityLabel: undefined }, mode('profile')))).toEqual([
      'required DocumentReference.securityLabel',
    ]);
    const list = provideBundle([note]).entry![0]!.resource as List;
    expect(said(await validate(list))).toEqual(['i valid']);
    expect(errors(await validate({ ...list, code: undefined }))).toEqual(['required List.code']);
    expect(await stack.calls()).toEqual([]);
  });

  it('as many faults as a body can hold are found soon', async () => {
    const category = Array.from({ length: 60_000 }, () => ({ x: 1 }));
    const document = { ...comprehensive(note, 'Binary/1'), category } as unknown as Resource;
    const started = performance.now();
    expect((await validate(document, mode('profile'))).issue).toHaveLength(200);
    // Each against each would take a minute.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('profile: its rules, whatever the resource claims', async () => {
    const lean = simplified(note);
    expect(errors(await validate(lean, profile(`${PDSM}/pdsm-simplified-publish`)))).toEqual([]);
    expect(errors(await validate(lean, profile(`${PDSM}/pdsm-comprehensive-document-reference`)))).toContain(
      'element-forbidden DocumentReference.content[0].attachment.data',
    );
    expect(
      said(
        await validate(
          { ...lean, masterIdentifier: undefined },
          profile('http://hl7.org/fhir/StructureDefinition/DocumentReference'),
        ),
      ),
    ).not.toContain('required DocumentReference.masterIdentifier');
    const ours = 'https://dmp-fhir.example/StructureDefinition/deposit-comprehensive';
    expect(errors(await validate(lean, profile(ours)))).toEqual(
      errors(await validate(lean, profile(`${PDSM}/pdsm-comprehensive-document-reference`))),
    );
    expect(errors(await validate(lean, profile('http://example.org/other')))).toEqual([
      'profile-unsupported DocumentReference',
    ]);
    const url = `/DocumentReference/$validate?mode=profile&profile=${encodeURIComponent(`${PDSM}/pdsm-simplified-publish`)}`;
    const inUrl = await stack.post<OperationOutcome>(url, lean, 'nurse');
    expect([inUrl.status, errors(inUrl.body)]).toEqual([200, []]);
  });

  it('mode=update and delete: what is not served says what is', async () => {
    for (const m of ['update', 'delete'])
      expect(errors(await validate(simplified(note), mode(m)))).toEqual(['validate-mode DocumentReference']);
  });

  it('another type, another parameter, another mode, not enough rights', async () => {
    expect(errors(await validate(provideBundle([note]), [], 'List'))).toEqual(['wrong-resource-type resourceType']);
    const post = (body: object, headers = {}): Promise<{ status: number; body: OperationOutcome }> =>
      stack.post<OperationOutcome>('/Bundle/$validate', body, 'nurse', headers);
    const parameters = (...more: object[]): object => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'resource', resource: provideBundle([note]) }, ...more],
    });
    expect((await post(parameters({ name: 'mode', valueCode: 'try' }))).status).toBe(400);
    expect(errors((await post(parameters({ name: 'strict', valueBoolean: true }))).body)).toEqual([
      'operation-parameter-unknown Parameters.parameter[1]',
    ]);
    expect((await post({ resourceType: 'Parameters', parameter: [] })).status).toBe(400);
    const token = await stack.token('nurse', { scope: 'user/List.c' });
    const refused = await post(provideBundle([note]), { authorization: `Bearer ${token}` });
    expect([refused.status, said(refused.body)]).toEqual([403, ['scope-missing']]);
    const anonymous = await fetch(`${stack.base}/Bundle/$validate`, { method: 'POST', body: '{}' });
    expect(anonymous.status).toBe(401);
  });
});
