/** Issue line 5: an ESMS deposits under its local identifier; the façade finds the INS, or says why not. */
import type { DocumentReference, OperationOutcome, Patient, Reference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { text } from '../../support/documents.ts';
import {
  INS_TEST,
  newOid,
  patientResource,
  patients,
  provideBundle,
  simplified,
  type Who,
} from '../../support/resources.ts';
import { answerFor, domain, known, newLocal, nobody, reliability } from '../identity/support.ts';
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

describe('a deposit that contradicts itself goes into no record', () => {
  const of = (who: Who) => ({ system: INS_TEST, value: patients[who].ins });
  const patientIn = (resource: DocumentReference): Patient =>
    resource.contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
  async function refuses(resource: unknown, keys: string[], url?: string): Promise<void> {
    const made = await deposit(resource, bench, url);
    expect(made.keys, made.text).toEqual(keys);
    expect(bench.dmp.names()).not.toContain('TD2.1');
    for (const { ins, family } of Object.values(patients))
      expect(made.text).not.toMatch(new RegExp(`${ins}|${family}`));
  }

  it.each<[string, (r: DocumentReference) => DocumentReference]>([
    [
      'sourcePatientInfo names the INS of somebody else',
      (r) => {
        r.context!.sourcePatientInfo!.identifier = of('P2');
        return r;
      },
    ],
    [
      'sourcePatientInfo names the same INS under another authority',
      (r) => {
        r.context!.sourcePatientInfo!.identifier = { ...of('P1'), system: 'urn:oid:1.2.250.1.213.1.4.8' };
        return r;
      },
    ],
    [
      'its Patient bears a second INS',
      (r) => {
        patientIn(r).identifier!.push(of('P2'));
        return r;
      },
    ],
  ])('%s', async (_, spoilt) => {
    await refuses(spoilt(note('P1')), ['patient-inconsistent']);
  });

  it('a conditional reference with a second criterion', async () => {
    const query = `Patient?identifier=${INS_TEST}|${patients.P1.ins}`;
    for (const more of [`&identifier=${INS_TEST}|${patients.P2.ins}`, '&birthdate=1941-11-03'])
      await refuses({ ...note('P1'), subject: { reference: query + more } }, ['patient-condition']);
    expect((await deposit({ ...note('P1'), subject: { reference: query } })).status).toBe(201);
  });

  it('an INS-C is no local identifier', async () => {
    const resource = note('P1');
    resource.context!.sourcePatientInfo!.identifier = {
      system: 'urn:oid:1.2.250.1.213.1.4.2',
      value: '0944009023609680323697',
    };
    expect((await deposit(resource)).status).toBe(201);
    expect(sent().sourcePatientId).toBe(`${patients.P1.ins}^^^&1.2.250.1.213.1.4.10&ISO^NH`);
  });

  it('a local identifier that was fed as doubtful or fictitious, without an INS, beside an INS', async () => {
    const local = newLocal();
    await feed('P1', local, { identifier: [local] }, 'FICT');
    const resource = note('P1');
    patientIn(resource).identifier!.push(local);
    await refuses(resource, ['identity-not-qualified']);
    await feed('P1', local, { identifier: [local] }, 'VALI');
    const silent = note('P1');
    patientIn(silent).identifier!.push(local);
    delete patientIn(silent).extension;
    // It bears no INS: it does not vouch for one.
    await refuses(silent, ['identity-status-unsaid']);
    await bench.any('delete', at(local));
  });

  it('traits that are somebody else’s than those that were fed for the INS; one that differs is a warning', async () => {
    const { local } = await feed('P1');
    const other = note('P1');
    Object.assign(patientIn(other), { ...patientResource('P2'), identifier: [of('P1')] });
    await refuses(other, ['identity-another-person']);
    const near = note('P1');
    patientIn(near).birthDate = '1936-04-13';
    expect(await deposit(near)).toMatchObject({ status: 201, warnings: ['identity-trait-contradicts'] });
    await bench.any('delete', at(local));
  });

  it('a CDA that bears the local identifier, or the traits, of somebody else', async () => {
    const [one, two] = [await feed('P1'), await feed('P2')];
    const made = note('P1');
    await deposit(made);
    const { content } = (bench.dmp.calls.find((c) => c.name === 'TD2.1')!.input as SubmissionInput).entries[0]!;
    const oidOf = (r: DocumentReference): string => r.masterIdentifier!.value!.slice(8);
    const cda = async (change: (xml: string) => string, keys: string[]): Promise<void> => {
      bench.dmp.calls.length = 0;
      const again = note('P1');
      const xml = Buffer.from(content).toString('utf8').replaceAll(oidOf(made), oidOf(again));
      again.content[0]!.attachment = {
        contentType: 'text/xml',
        title: 'Note',
        data: Buffer.from(change(xml)).toString('base64'),
      };
      if (keys.length > 0) await refuses(again, keys);
      else expect((await deposit(again)).status).toBe(201);
    };
    const bearing =
      ({ local }: { local: Local }) =>
      (xml: string): string =>
        xml.replace('<patientRole>', `<patientRole><id root="${domain.slice(8)}" extension="${local.value}"/>`);
    await cda(bearing(one), []);
    await cda(bearing(two), ['identity-contradiction']);
    await cda((xml) => xml.replaceAll('BASTIDE', 'QUERCY').replaceAll('ODETTE', 'ODILE'), ['identity-another-person']);
    for (const { local } of [one, two]) await bench.any('delete', at(local));
  });

  it('whatever of a Bundle says that the identity is doubtful, and however it is referred to', async () => {
    const { local } = await feed('P3');
    const doubtful: Patient = { ...patientResource('P3', 'p3'), identifier: [local], extension: [reliability('DOUT')] };
    const made = () => provideBundle([{ who: 'P3', content: text(), contentType: 'text/plain' }], 'P3');
    type Entries = {
      fullUrl: string;
      resource: { resourceType: string; subject?: Reference; contained?: unknown[] };
    }[];

    const byEntry = made();
    for (const { resource } of byEntry.entry as Entries)
      if (resource.resourceType === 'DocumentReference') resource.subject = { reference: 'Patient/p3' };
    byEntry.entry!.push({
      fullUrl: 'urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      resource: doubtful,
      request: { method: 'POST', url: 'Patient' },
    });
    await refuses(byEntry, ['identity-not-qualified'], '/fhir');

    const bySet = made();
    const list = (bySet.entry as Entries).find((e) => e.resource.resourceType === 'List')!.resource;
    list.contained!.push(doubtful);
    list.subject = { reference: '#p3' };
    await refuses(bySet, ['identity-not-qualified'], '/fhir');

    const fictitious = await feed('P3', newLocal(), {}, 'FICT');
    await feed('P3', fictitious.local, { identifier: [fictitious.local] }, 'FICT');
    const byLocal = made();
    const set = (byLocal.entry as Entries).find((e) => e.resource.resourceType === 'List')!.resource;
    set.contained!.push(patientResource('P3', 'p3'));
    set.subject = { reference: '#p3', identifier: fictitious.local };
    await refuses(byLocal, ['identity-not-qualified'], '/fhir');
    await bench.any('delete', at(fictitious.local));
    await bench.any('delete', at(local));
  });
});

describe('what the setting refuses is refused for whom nobody fed, too', () => {
  it('the traits of the deposit are compared with the DMP’s', async () => {
    const strict = await startBench({ IDENTITY_TRAITS: 'refuse' });
    answersOf(strict);
    const resource = note('P1');
    resource.contained!.find((c): c is Patient => c.resourceType === 'Patient')!.birthDate = '1936-04-13';
    const made = await deposit(resource, strict);
    expect([made.status, made.keys]).toEqual([422, ['identity-trait-differs']]);
    expect((await deposit(note('P1'), strict)).status).toBe(201);
    strict.dmp.answers['TD0.2'] = nobody;
    expect((await deposit(note('P2'), strict)).status).toBe(201);
    await strict.close();
  });
});

describe('an identity that changes while it is deposited for', () => {
  it.each<[string, (local: Local, on: Bench) => Promise<unknown>, string]>([
    ['is linked to another INS', (local, on) => feed('P1', local, {}, 'VALI', on), 'identity-contradiction'],
    ['loses its INS', (local, on) => feed('P2', local, { identifier: [local] }, 'VALI', on), 'identity-no-ins'],
    ['turns out doubtful', (local, on) => feed('P2', local, {}, 'DOUT', on), 'identity-not-qualified'],
    ['becomes inactive', async (local, on) => on.any('delete', at(local)), 'identity-inactive'],
  ])('%s: nothing reaches the record of before', async (_, change, key) => {
    const strict = await startBench({ IDENTITY_TRAITS: 'refuse' });
    answersOf(strict);
    // The DMP cannot be asked when it is fed: it is compared by the deposit, and meanwhile…
    strict.dmp.answers['TD0.2'] = () => Promise.reject(new DmpError('network', 'ECONNREFUSED', 'TD0.2'));
    const { local } = await feed('P2', newLocal(), {}, 'VALI', strict);
    let isChanged = false;
    strict.dmp.answers['TD0.2'] = async ({ patient }: { patient: { value: string } }) => {
      if (!isChanged) {
        isChanged = true;
        await change(local, strict);
      }
      return answerFor(patient.value);
    };
    const resource = bare({ identifier: local });
    const made = await deposit(resource, strict);
    expect([made.status, made.keys], made.text).toEqual([422, [key]]);
    expect(strict.dmp.names()).not.toContain('TD2.1');
    // Nothing of it is kept: the uniqueId is free.
    expect(await strict.store.documents.byIdentifier(resource.masterIdentifier!.value!)).toBeUndefined();
    await strict.close();
  });
});
