/** Issue line 5: an ESMS deposits under its local identifier; the façade finds the INS, or says why not. */
import type { DocumentReference, OperationOutcome, Patient, Reference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import { text } from '../../support/documents.ts';
import { INS_TEST, newOid, patients, provideBundle, simplified, type Who } from '../../support/resources.ts';
import { answerFor, domain, known, newLocal, reliability } from '../identity/support.ts';
import { startBench, type Bench } from './support.ts';

type Local = ReturnType<typeof newLocal>;
let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ IDENTITY_QUALIFIED: 'required' });
});
afterAll(() => bench.close());
const answersOf = (on: Bench): void => {
  on.dmp.calls.length = 0;
  on.dmp.answers = {
    'TD0.2': ({ patient }: { patient: { value: string } }) => answerFor(patient.value),
    'TD2.1': () => ({ status: 'Success', errors: [] }),
  };
};
beforeEach(() => answersOf(bench));

const at = ({ system, value }: Local): string => `/fhir/Patient?identifier=${encodeURIComponent(`${system}|${value}`)}`;
async function feed(who: Who, local = newLocal(), more: Partial<Patient> = {}, status?: string | null, on = bench) {
  const sent = await on
    .any('put', at(local))
    .set('content-type', 'application/fhir+json')
    .send(JSON.stringify(known(who, local, status, more)));
  expect([200, 201], JSON.stringify(sent.body)).toContain(sent.status);
  return { local, id: (sent.body as Patient).id! };
}
const note = (who: Who): DocumentReference =>
  simplified({ who, content: text(), contentType: 'text/plain', uniqueId: newOid() });
/** A deposit that describes nobody: only the reference says whose document it is. */
const bare = (subject: Reference): DocumentReference => {
  const { contained, context: _, ...rest } = note('P1');
  return {
    ...rest,
    contained: contained!.filter((c) => c.resourceType !== 'Patient'),
    subject: subject as Reference<Patient>,
  };
};
async function deposit(resource: unknown, on = bench, url = '/fhir/DocumentReference') {
  const { status, body } = await on
    .post(url, 'nurse')
    .set('content-type', 'application/fhir+json')
    .set('prefer', 'return=OperationOutcome')
    .send(JSON.stringify(resource));
  const { issue = [] } = body as Partial<OperationOutcome>;
  const errors = issue.filter((i) => i.severity === 'error');
  return {
    status,
    keys: errors.map((i) => i.details?.coding?.at(-1)?.code),
    expressions: errors.map((i) => i.expression?.[0]),
    warnings: issue.filter((i) => i.severity === 'warning').map((i) => i.details?.coding?.at(-1)?.code),
    text: JSON.stringify(body),
  };
}
const sent = (on = bench): SubmissionInput['entries'][number]['entry'] =>
  (on.dmp.calls.find((c) => c.name === 'TD2.1')!.input as SubmissionInput).entries[0]!.entry;

describe('a deposit by local identifier', () => {
  it.each<[string, (local: Local, id: string) => Reference]>([
    ['subject.identifier', (identifier) => ({ identifier })],
    ['a conditional reference', (l) => ({ reference: `Patient?identifier=${l.system}|${l.value}` })],
    ['the identity’s own id', (_, id) => ({ reference: `Patient/${id}` })],
  ])('%s: the INS, the traits and the IPP come from what was fed', async (_, subject) => {
    const { local, id } = await feed('P2');
    const made = await deposit(bare(subject(local, id)));
    expect(made.status, made.text).toBe(201);
    expect(sent()).toMatchObject({
      patientId: `${patients.P2.ins}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
      sourcePatientId: `${local.value}^^^&${domain.slice(8)}&ISO^PI`,
      sourcePatientInfo: expect.arrayContaining([
        expect.stringMatching(/^PID-5\|CAVALLINI\^ANGE-TOUSSAINT/),
        'PID-7|19411103',
        'PID-8|M',
      ]) as string[],
    });
    expect(JSON.stringify(sent().sourcePatientInfo)).not.toContain(patients.P2.ins);
    const cda = (bench.dmp.calls.find((c) => c.name === 'TD2.1')!.input as SubmissionInput).entries[0]!.content;
    expect(Buffer.from(cda).toString('utf8')).toContain(`extension="${patients.P2.ins}"`);
    await bench.any('delete', at(local));
  });

  it('a contained Patient that has only the local identifier', async () => {
    const { local } = await feed('P3');
    const resource = note('P3');
    const patient = resource.contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
    patient.identifier = [local];
    const made = await deposit({ ...resource, subject: { reference: '#patient' } });
    expect(made.status, made.text).toBe(201);
    expect(sent()).toMatchObject({
      patientId: `${patients.P3.ins}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
      sourcePatientId: `${local.value}^^^&${domain.slice(8)}&ISO^PI`,
    });
    await bench.any('delete', at(local));
  });

  it('a transaction, whose set and documents name it', async () => {
    const { local } = await feed('P5');
    const bundle = JSON.parse(
      JSON.stringify(provideBundle([{ who: 'P5', content: text(), contentType: 'text/plain' }], 'P5')).replaceAll(
        JSON.stringify({ identifier: { system: INS_TEST, value: patients.P5.ins } }),
        JSON.stringify({ identifier: local }),
      ),
    ) as object;
    const made = await deposit(bundle, bench, '/fhir');
    expect(made.status, made.text).toBe(200);
    expect(sent()).toMatchObject({
      patientId: `${patients.P5.ins}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
      sourcePatientId: `${local.value}^^^&${domain.slice(8)}&ISO^PI`,
    });
    await bench.any('delete', at(local));
  });

  const refused = async (resource: unknown, status: number, key: string, on = bench) => {
    const made = await deposit(resource, on);
    expect([made.status, made.keys], made.text).toEqual([status, [key]]);
    expect(made.expressions[0]).toMatch(/^DocumentReference\.(subject|context\.sourcePatientInfo)/);
    expect(on.dmp.names()).not.toContain('TD2.1');
    for (const { ins, family } of Object.values(patients)) {
      expect(made.text).not.toContain(ins);
      expect(made.text).not.toContain(family);
    }
    return made;
  };

  it('unknown', async () => {
    await refused(bare({ identifier: newLocal() }), 422, 'identity-unknown');
  });

  it('of no domain of the establishment', async () => {
    await refused(bare({ identifier: { system: 'urn:oid:2.999', value: '1' } }), 400, 'ins-oid');
  });

  it('inactive', async () => {
    const { local, id } = await feed('P4');
    await bench.any('delete', at(local));
    await refused(bare({ identifier: local }), 422, 'identity-inactive');
    await refused(bare({ reference: `Patient/${id}` }), 422, 'identity-inactive');
  });

  it('merged away: the one that replaces it is named', async () => {
    const kept = await feed('P4');
    const gone = await feed('P4', newLocal(), {
      active: false,
      link: [{ type: 'replaced-by', other: { identifier: kept.local } }],
    });
    const made = await refused(bare({ identifier: gone.local }), 422, 'identity-merged');
    expect(made.text).toContain(`Patient/${kept.id}`);
    await bench.any('delete', at(kept.local));
  });

  it('without INS', async () => {
    const local = newLocal();
    await feed('P4', local, { identifier: [local] });
    await refused(bare({ identifier: local }), 422, 'identity-no-ins');
  });

  it('not qualified, by the feed or by the deposit itself', async () => {
    const { local } = await feed('P4', newLocal(), {}, 'PROV');
    await refused(bare({ identifier: local }), 422, 'identity-not-qualified');
    await feed('P4', local, {}, null);
    await refused(bare({ identifier: local }), 422, 'identity-status-unsaid');
    await feed('P4', local);
    const doubtful = note('P4');
    doubtful.contained!.find((c): c is Patient => c.resourceType === 'Patient')!.extension = [reliability('DOUT')];
    await refused(doubtful, 422, 'identity-not-qualified');
    expect((await deposit(bare({ identifier: local }))).status).toBe(201);
    await bench.any('delete', at(local));
  });

  it('an INS that two active identities of the domain bear: which of them is not known', async () => {
    const [one, two] = [await feed('P2'), await feed('P2')];
    const made = await refused(bare({ identifier: one.local }), 422, 'identity-ambiguous');
    expect(made.text).toContain(`Patient/${two.id}`);
    for (const { local } of [one, two]) await bench.any('delete', at(local));
  });

  it('an INS in the deposit that is not the linked one, wherever the local identifier stands', async () => {
    const { local } = await feed('P2');
    const other = note('P1');
    const patient = other.contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
    patient.identifier = [...patient.identifier!, local];
    await refused(other, 422, 'identity-contradiction');
    await refused(
      { ...note('P1'), subject: { reference: '#patient', identifier: local } },
      422,
      'identity-contradiction',
    );
    await bench.any('delete', at(local));
  });

  it('beside the right INS, or when it is unknown here, it is only said', async () => {
    const { local } = await feed('P2');
    for (const identifier of [local, newLocal()]) {
      bench.dmp.calls.length = 0;
      const made = await deposit({ ...note('P2'), subject: { reference: '#patient', identifier } });
      expect(made.status, made.text).toBe(201);
    }
    await bench.any('delete', at(local));
  });

  it('traits that differ: a warning in each deposit, a refusal where the setting says so', async () => {
    const { local } = await feed('P2', newLocal(), { birthDate: '1941-11-04' });
    const made = await deposit(bare({ identifier: local }));
    expect([made.status, made.warnings]).toEqual([201, ['identity-trait-differs']]);
    await bench.any('delete', at(local));

    const strict = await startBench({ IDENTITY_QUALIFIED: 'required', IDENTITY_TRAITS: 'refuse' });
    answersOf(strict);
    const again = await feed('P2', newLocal(), { birthDate: '1941-11-04' }, 'VALI', strict);
    await refused(bare({ identifier: again.local }), 422, 'identity-trait-differs', strict);
    await refused(note('P2'), 422, 'identity-trait-differs', strict);
    await strict.close();
  });

  it('presumed qualified where the setting says so, as long as nobody says otherwise', async () => {
    const lenient = await startBench({ IDENTITY_QUALIFIED: 'presumed' });
    answersOf(lenient);
    const { local } = await feed('P2', newLocal(), {}, null, lenient);
    expect((await deposit(bare({ identifier: local }), lenient)).status).toBe(201);
    lenient.dmp.calls.length = 0;
    await feed('P2', local, {}, 'HOMD', lenient);
    await refused(bare({ identifier: local }), 422, 'identity-not-qualified', lenient);
    await lenient.close();
  });
});
