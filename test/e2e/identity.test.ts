/** Issue 4, lines 5 and 6: identity (identitovigilance), IPP ↔ INS, PDQm; over HTTP, TLS and the simulator. */
import type {
  AuditEvent,
  Bundle,
  DocumentReference,
  OperationOutcome,
  Parameters,
  Patient,
  Reference,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { extComparison } from '../../mappings/identity/canonicals.ts';
import { extReliability, statusSystems } from '../../mappings/identity/reliability.ts';
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified, type Who } from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
const second = 'urn:oid:2.16.840.1.113883.19.7602.10';
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ LOCAL_ID_SYSTEMS: `${domain},${second}` });
});
afterAll(() => stack.close());
beforeEach(() => stack.resetCalls());

interface Local {
  system: string;
  value: string;
}
let serial = 0;
const newIpp = (system = domain): Local => ({ system, value: `IPP-${++serial}` });
const at = ({ system, value }: Local): string => `/Patient?identifier=${encodeURIComponent(`${system}|${value}`)}`;
/** As the care home's software feeds a person. */
function known(who: Who, ipp: Local, status: string | null = 'VALI', more: Partial<Patient> = {}): Patient {
  const p = patients[who];
  const valueCoding = { system: statusSystems.v2, code: status ?? '' };
  return {
    resourceType: 'Patient',
    ...(status === null
      ? {}
      : { extension: [{ url: extReliability, extension: [{ url: 'identityStatus', valueCoding }] }] }),
    identifier: [
      { use: 'usual', ...ipp },
      { use: 'official', system: INS_TEST, value: p.ins },
    ],
    active: true,
    name: [{ use: 'official', family: p.family, given: [p.given] }],
    gender: p.gender,
    birthDate: p.birthDate,
    ...more,
  };
}
const feed = <T = Patient>(ipp: Local, patient: Patient, on = stack) => on.put<T>(at(ipp), patient, 'nurse');
const remove = async (ipp: Local): Promise<void> => {
  expect((await stack.request('DELETE', at(ipp), 'nurse')).status).toBe(204);
};
const keysOf = (body: unknown): (string | undefined)[] =>
  (body as OperationOutcome).issue.filter((i) => i.severity === 'error').map((i) => i.details?.coding?.at(-1)?.code);
/** A deposit that names nobody but by a local identifier. */
function underIpp(ipp: Local, uniqueId = newOid()): DocumentReference {
  const {
    contained,
    context: _,
    ...rest
  } = simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId });
  return {
    ...rest,
    contained: contained!.filter((c) => c.resourceType !== 'Patient'),
    subject: { identifier: ipp },
  };
}
const deposit = <T = DocumentReference>(resource: DocumentReference, on = stack) =>
  on.post<T>('/DocumentReference', resource, 'nurse');
/** What the DMP registered of a document. */
function registered(uniqueId: string): { patientId: string; sourcePatientId: string } {
  const { entry } = stack.simulator.world().registry.byUniqueId(uniqueId)!;
  return {
    patientId: entry.identifiers.find(
      (i) => i.identificationScheme === 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
    )!.value,
    sourcePatientId: entry.slots.find((s) => s.name === 'sourcePatientId')!.values[0]!,
  };
}
const pix = async (query: Record<string, string>, kind: Kind = 'nurse') =>
  stack.get<Parameters>(`/Patient/$ihe-pix?${new URLSearchParams(query).toString()}`, kind);
const identifiersIn = ({ parameter = [] }: Parameters) =>
  parameter.flatMap((p) => p.valueIdentifier?.value ?? []).sort();
const token = ({ system, value }: Local): string => `${system}|${value}`;

describe('5. NIR/NIA keys incl. Corsica, OIDs by environment', () => {
  it('an INS of Corsica and its key are taken; a wrong key of a real authority is refused before the DMP is asked', async () => {
    const ipp = newIpp();
    expect((await feed(ipp, known('P2', ipp))).status).toBe(201);
    await stack.resetCalls();
    const real = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '141112A99004564' };
    const wrong = await feed(ipp, { ...known('P2', ipp), identifier: [ipp, real] });
    expect([wrong.status, keysOf(wrong.body)]).toEqual([422, ['ins-key']]);
    const nia = { use: 'temp' as const, system: 'urn:oid:1.2.250.1.213.1.4.9', value: '141112A99004564' };
    expect(keysOf((await feed(ipp, { ...known('P2', ipp), identifier: [ipp, nia] })).body)).toEqual(['ins-key']);
    expect(await stack.calls()).toEqual([]);
    await remove(ipp);
  });

  it('production does not start with the OIDs of the demonstration; those of test INS are refused there (server/identity, server/deposit)', async () => {
    const started = startServer(loadConfig({ ...stack.environment, ENVIRONMENT: 'production' }));
    await expect(started).rejects.toThrow(/LPS_OID: is that of the demonstration[^]*LOCAL_ID_SYSTEMS: is /);
  });
});

describe('5. Qualified identity required before feeding (VALI + INS)', () => {
  const stated = (status: string | null): DocumentReference => {
    const resource = simplified({ who: 'P1', content: text(newOid()), contentType: 'text/plain' });
    const patient = resource.contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
    patient.extension = known('P1', newIpp(), status).extension;
    return resource;
  };

  it('said by the deposit; not said, or said otherwise: refused with what to do, and nothing reaches the DMP', async () => {
    expect((await deposit(stated('VALI'))).status).toBe(201);
    await stack.resetCalls();
    const silent = await deposit<OperationOutcome>(stated(null));
    expect([silent.status, keysOf(silent.body)]).toEqual([422, ['identity-status-unsaid']]);
    expect(silent.body.issue[0]!.details!.text).toContain('VALI');
    for (const status of ['PROV', 'DOUT', 'FICT', 'HOMD'])
      expect(keysOf((await deposit(stated(status))).body)).toEqual(['identity-not-qualified']);
    expect(await stack.calls()).toEqual([]);
  });

  it('said by what was fed before; a doubt that was fed refuses whatever the deposit says', async () => {
    const ipp = newIpp();
    await feed(ipp, known('P1', ipp));
    expect((await deposit(stated(null))).status).toBe(201);
    await feed(ipp, known('P1', ipp, 'DOUT'));
    expect(keysOf((await deposit(stated('VALI'))).body)).toEqual(['identity-not-qualified']);
    await remove(ipp);
  });
});

describe('5. Traits compared with the DMP’s answer, any difference reported by name of the trait', () => {
  it('one TD0.2 when the INS is linked; the names of the traits and never the DMP’s values', async () => {
    const ipp = newIpp();
    const wrong = known('P1', ipp, 'VALI', {
      birthDate: '1936-04-21',
      name: [{ use: 'official', family: 'BASTIEN', given: ['ODETTE'] }],
    });
    const fed = await stack
      .send<OperationOutcome>(at(ipp), '', 'application/fhir+json', 'nurse')
      .then(() => feed(ipp, wrong));
    expect(fed.status).toBe(201);
    expect(await stack.calls()).toEqual(['TD0.2']);
    const said = fed.body.extension!.find((e) => e.url === extComparison)!.extension!;
    expect(said.filter((e) => e.url === 'difference').map((e) => e.valueCode)).toEqual(['family', 'birthDate']);
    const read = await stack.get<Patient>(`/Patient/${fed.body.id}`, 'nurse');
    expect(read.body.name).toEqual(wrong.name);
    expect(JSON.stringify(read.body)).not.toMatch(/BASTIDE|1936-04-12|19360412/);
    expect(read.body.meta!.tag).toEqual([expect.objectContaining({ code: 'own' })]);
    await feed(ipp, wrong);
    expect(await stack.calls()).toEqual(['TD0.2']);
    await remove(ipp);
  });

  it('a person without a DMP, or a DMP that does not answer, does not stop the feed', async () => {
    const ipp = newIpp();
    const outcome = { 'content-type': 'application/fhir+json', prefer: 'return=OperationOutcome' };
    const warned = async (who: Who) => {
      const answer = await fetch(`${stack.base}${at(ipp)}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${await stack.token('nurse')}`, ...outcome },
        body: JSON.stringify(known(who, ipp)),
      });
      const { issue } = (await answer.json()) as OperationOutcome;
      return issue.filter((i) => i.severity === 'warning').map((i) => i.details!.coding!.at(-1)!.code);
    };
    expect(await warned('P4')).toEqual(['identity-compare-absent']);
    await stack.fault({ transaction: 'TD0.2', kind: 'reset' });
    expect(await warned('P2')).toEqual(expect.arrayContaining(['identity-compare-failed', 'identity-wrong-record']));
    await stack.clearFaults();
    expect(await warned('P2')).toEqual([]);
    await remove(ipp);
  });

  it('refuses the deposit where the setting says so', async () => {
    const strict = await startStack({ IDENTITY_TRAITS: 'refuse' });
    const ipp = newIpp();
    await feed(ipp, known('P1', ipp, 'VALI', { gender: 'male' }), strict);
    const refused = await deposit<OperationOutcome>(underIpp(ipp), strict);
    expect([refused.status, keysOf(refused.body)]).toEqual([422, ['identity-trait-differs']]);
    await strict.close();
  });
});

describe('5. INS-C accepted from the DMP and never used', () => {
  it('the DMP answers it, nobody sees it; fed, it links nothing', async () => {
    const ipp = newIpp();
    const insc = { system: 'urn:oid:1.2.250.1.213.1.4.2', value: '0944009023609680323697' };
    const found = await stack.get<Bundle>(at({ system: INS_TEST, value: patients.P1.ins }), 'nurse');
    expect(JSON.stringify(found.body)).not.toContain(insc.value);
    await feed(ipp, { ...known('P1', ipp), identifier: [ipp, insc] });
    const refused = await deposit(underIpp(ipp));
    expect([refused.status, keysOf(refused.body)]).toEqual([422, ['identity-no-ins']]);
    expect((await pix({ sourceIdentifier: token(insc) })).status).toBe(400);
    await remove(ipp);
  });
});

describe('5. IPP ↔ INS: PIXm feed (ITI-104) and $ihe-pix (ITI-83)', () => {
  it('an ESMS sends documents with its local identifier and the façade finds the INS', async () => {
    const ipp = newIpp();
    await feed(ipp, known('P2', ipp));
    await stack.resetCalls();
    const uniqueId = newOid();
    const made = await deposit(underIpp(ipp, uniqueId));
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(await stack.calls()).toEqual(['TD2.1']);
    expect(registered(uniqueId)).toMatchObject({
      patientId: expect.stringMatching(
        new RegExp(`^${patients.P2.ins}\\^\\^\\^&1\\.2\\.250\\.1\\.213\\.1\\.4\\.10&ISO\\^NH`),
      ) as string,
      sourcePatientId: `${ipp.value}^^^&${domain.slice(8)}&ISO^PI`,
    });
    const search = await stack.get<Bundle<Patient>>(at(ipp), 'nurse');
    expect(search.body.entry![0]!.resource!.identifier).toContainEqual(
      expect.objectContaining({ value: patients.P2.ins }),
    );
    await remove(ipp);
  });

  it('searches by the local identifier and by the fed identity too, and neither gets into a link', async () => {
    const ipp = newIpp();
    const fed = await feed(ipp, known('P2', ipp));
    const token = encodeURIComponent(`${ipp.system}|${ipp.value}`);
    const byIns = encodeURIComponent(`urn:oid:1.2.250.1.213.1.4.10|${patients.P2.ins}`);
    const find = (query: string) => stack.get<Bundle>(`/DocumentReference?${query}&status=current`, 'doctor');
    const expected = (await find(`patient.identifier=${byIns}`)).body;
    for (const query of [`patient.identifier=${token}`, `patient=Patient/${fed.body.id}`]) {
      const { status, body } = await find(query);
      expect([status, body.total], JSON.stringify(body)).toEqual([200, expected.total]);
      expect(JSON.stringify(body.link)).not.toContain(ipp.value);
    }
    const consents = await stack.get<Bundle>(`/Consent?patient.identifier=${token}&category=feeding`, 'nurse');
    expect(consents.body.total).toBe(1);
    await remove(ipp);
    const gone = await find(`patient.identifier=${token}`);
    expect([gone.status, JSON.stringify(gone.body)]).toEqual([422, expect.stringContaining('identity-inactive')]);
  });

  it('$ihe-pix gives the INS of an IPP, the IPP of an INS and of another domain; errors as PIXm says', async () => {
    const [one, two] = [newIpp(), newIpp(second)];
    await feed(one, known('P3', one));
    await feed(two, known('P3', two));
    expect(identifiersIn((await pix({ sourceIdentifier: token(one) })).body)).toEqual(
      [patients.P3.ins, two.value].sort(),
    );
    expect(identifiersIn((await pix({ sourceIdentifier: token(two), targetSystem: domain })).body)).toEqual([
      one.value,
    ]);
    const ins = { system: INS_TEST, value: patients.P3.ins };
    expect(identifiersIn((await pix({ sourceIdentifier: token(ins) })).body)).toEqual([one.value, two.value].sort());
    const statuses = [
      { sourceIdentifier: `${domain}|x` },
      { sourceIdentifier: 'urn:oid:2.999|x' },
      { sourceIdentifier: token(one), targetSystem: 'urn:oid:2.999' },
    ];
    expect(await Promise.all(statuses.map(async (q) => (await pix(q as Record<string, string>)).status))).toEqual([
      404, 400, 403,
    ]);
    for (const ipp of [one, two]) await remove(ipp);
  });
});

describe('5. Merge and link history kept', () => {
  it('who linked, merged and removed what, and when; on record for the administrator too', async () => {
    const [survivor, gone] = [newIpp(), newIpp()];
    const kept = await feed(survivor, known('P5', survivor));
    await feed(gone, { ...known('P5', gone), identifier: [gone] });
    const { body } = await feed(gone, known('P5', gone));
    const link = [{ type: 'replaced-by' as const, other: { identifier: survivor } as Reference<Patient> }];
    const merged = await feed(gone, known('P5', gone, 'VALI', { active: false, link }));
    expect(merged.body).toMatchObject({ active: false, link: [{ other: { reference: `Patient/${kept.body.id}` } }] });
    const history = await stack.get<Parameters>(`/Patient/${body.id}/$identity-history`, 'nurse');
    const part = (name: string) => history.body.parameter!.map((e) => e.part!.find((p) => p.name === name)!);
    expect(part('kind').map((p) => p.valueCode)).toEqual(['merge', 'link', 'create']);
    expect(part('by').map((p) => p.valueIdentifier!.value)).toEqual(Array(3).fill('899700204581'));
    const events = await stack.get<Bundle<AuditEvent>>('/AuditEvent?subtype=identity&_count=100', 'admin');
    const told = JSON.stringify(events.body);
    expect(told).toContain(`Patient/${kept.body.id}`);
    expect(told).toContain(`Patient/${body.id}`);
    await remove(survivor);
  });
});

describe('5. Ambiguous or unqualified links refuse the deposit with a clear reason', () => {
  const refused = async (ipp: Local, key: string) => {
    await stack.resetCalls();
    const answer = await deposit<OperationOutcome>(underIpp(ipp));
    expect([answer.status, keysOf(answer.body)]).toEqual([422, [key]]);
    expect(answer.body.issue[0]!.expression![0]).toMatch(/^DocumentReference\.subject/);
    expect(JSON.stringify(answer.body)).not.toMatch(/\d{6}[0-9A]{2}\d{7}/);
    expect(await stack.calls()).toEqual([]);
    return answer.body.issue[0]!.details!.text!;
  };

  it('two identities with one INS, one that was merged away, one that is not qualified, one that nobody fed', async () => {
    const [one, two] = [newIpp(), newIpp()];
    await feed(one, known('P2', one));
    const duplicate = await feed(two, known('P2', two));
    expect(await refused(one, 'identity-ambiguous')).toContain(`Patient/${duplicate.body.id}`);
    const link = [{ type: 'replaced-by' as const, other: { identifier: one } as Reference<Patient> }];
    const merged = await feed(two, known('P2', two, 'VALI', { active: false, link }));
    const survivor = merged.body.link![0]!.other.reference!;
    expect(await refused(two, 'identity-merged')).toContain(survivor);
    expect((await deposit(underIpp(one))).status).toBe(201);
    await feed(one, known('P2', one, 'PROV'));
    expect(await refused(one, 'identity-not-qualified')).toContain('PROV');
    await remove(one);
    await refused(one, 'identity-inactive');
    await refused(newIpp(), 'identity-unknown');
  });

  it('an INS that is not the one to which the local identifier is linked', async () => {
    const ipp = newIpp();
    await feed(ipp, known('P2', ipp));
    const resource = simplified({ who: 'P1', content: text(newOid()), contentType: 'text/plain' });
    const both = { ...resource, subject: { reference: '#patient', identifier: ipp } as Reference<Patient> };
    expect(keysOf((await deposit(both)).body)).toEqual(['identity-contradiction']);
    await remove(ipp);
  });
});

describe('6. PDQm: Patient/$match where it is meaningful, Patient/{id} read; opaque ids', () => {
  const match = (patient: object) =>
    stack.post<Bundle<Patient | OperationOutcome>>('/Patient/$match', patient, 'nurse');

  it('with an INS: one TD0.2, a graded Patient, and the names of the traits that differ', async () => {
    const { identifier, ...traits } = known('P1', newIpp());
    const ins = [identifier![1]!];
    const { status, body } = await match({ ...traits, identifier: ins });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.entry![0]!.search).toMatchObject({ mode: 'match', score: 1, extension: [{ valueCode: 'certain' }] });
    expect(await stack.calls()).toEqual(['TD0.2']);
    const other = await match({ ...traits, identifier: ins, birthDate: '1936-04-21' });
    expect(other.body.entry![0]!.search!.extension![0]!.valueCode).toBe('possible');
    const outcome = other.body.entry!.find((e) => e.search!.mode === 'outcome')!.resource as OperationOutcome;
    expect(outcome.issue[0]!.details!.text).toContain('birthDate');
    expect(JSON.stringify(outcome)).not.toContain('1936');
    const { id } = body.entry![0]!.resource!;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await stack.get<Patient>(`/Patient/${id}`, 'nurse')).body.identifier).toEqual(
      expect.arrayContaining([expect.objectContaining({ value: patients.P1.ins })]),
    );
  });

  it('with a local identifier: the linked INS; without any identifier: refused, it is for emergency regulation', async () => {
    const ipp = newIpp();
    await feed(ipp, known('P2', ipp));
    const { body } = await match({ resourceType: 'Patient', identifier: [ipp] });
    expect((body.entry![0]!.resource as Patient).identifier).toContainEqual(
      expect.objectContaining({ value: patients.P2.ins }),
    );
    await stack.resetCalls();
    const refused = await match({ ...known('P2', ipp), identifier: undefined });
    expect([refused.status, keysOf(refused.body)]).toEqual([400, ['match-identifier']]);
    expect(await stack.calls()).toEqual([]);
    await remove(ipp);
  });
});
