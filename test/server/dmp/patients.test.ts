/** Transactions on patients and authorisations, as the other end receives them; and what is refused, before and after. */
import { describe, expect, it } from 'vitest';
import { at, childrenOf, parseXml } from '../../../mappings/xml/tree.ts';
import { parseContentType } from '../../../server/dmp/mtom/content-type.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td0_3 } from '../../../server/dmp/transactions/td0-3.ts';
import { td0_4 } from '../../../server/dmp/transactions/td0-4.ts';
import { td0_5 } from '../../../server/dmp/transactions/td0-5.ts';
import { td1_1 } from '../../../server/dmp/transactions/td1-1.ts';
import { td1_2 } from '../../../server/dmp/transactions/td1-2.ts';
import { td1_3a } from '../../../server/dmp/transactions/td1-3a.ts';
import { td1_3b } from '../../../server/dmp/transactions/td1-3b.ts';
import { td1_4 } from '../../../server/dmp/transactions/td1-4.ts';
import { td1_6 } from '../../../server/dmp/transactions/td1-6.ts';
import type { CallContext, PurposeOfUse, Requester } from '../../../server/dmp/types.ts';
import { describeShared } from '../../support/shared.ts';
import { envelope, type Received } from './far-end.ts';
import { schema } from './oracles.ts';
import { bodyOf, partsOf, sent } from './sent.ts';
import { byDoctor, byNurse, doctor, nurse, p1 } from './setup.ts';
import { say, wire } from './wire.ts';

const w = wire();

const local: Requester = { ...doctor, strength: 'local' };
const as = (requester: Requester, purpose: PurposeOfUse): CallContext => ({
  requester: { ...requester, purpose, ...(purpose === 'bris_de_glace' ? { reason: 'Détresse respiratoire' } : {}) },
});
const name = { prefix: 'Mme', usage: 'ROUSSELIN', birth: 'BASTIDE', given: ['ODETTE'] };
const newAuthorizations = { by: 'LASTAUTORIZATION', since: '20261001000000' } as const;
const about = { patient: p1 };
const creation = {
  ...about,
  person: { name, sex: 'F', birthDate: '19360412' },
  consentedOn: '20261021',
  oppositions: { regulation: true },
};
const pdq = 'ipf/hl7v3/HL7V3/NE2008/multicacheschemas/PRPA_IN201305UV02.xsd';

/** name, service, action, schema of the body, whether the VIHF names a patient, mode */
type Row = [string, string, string, string, string | undefined, string, () => Promise<Received>];
const air = 'INDIRECTE_RENFORCEE';
const habilitations = 'urn:si-dmp-habilitations:HabilitationsEndPoint';
const messages: Row[] = [
  [
    'TD0.3',
    'habilitations',
    `${habilitations}:setAuthorization`,
    'dmp-specific.xsd',
    p1.value,
    air,
    () => sent(w, td0_3, { action: 'AJOUT', role: 'MEDECIN_TRAITANT' }, byDoctor),
  ],
  [
    'TD1.6',
    'habilitations',
    `${habilitations}:listAuthorizationByPatient`,
    'dmp-specific.xsd',
    p1.value,
    air,
    () => sent(w, td1_6, { mode: 'TOUTE' }, byDoctor),
  ],
  [
    'TD0.4',
    'patientsSpecific',
    'urn:si-dmp-patients:PatientSpecificEndPoint:patientList',
    'dmp-specific.xsd',
    undefined,
    air,
    () => sent(w, td0_4, {}, as(doctor, 'normal')),
  ],
  [
    'TD0.4 by a structure',
    'patientsSpecific',
    'urn:si-dmp-patients:PatientSpecificEndPoint:patientList',
    'dmp-specific.xsd',
    undefined,
    'INDIRECTE',
    () => sent(w, td0_4, newAuthorizations, as(nurse, 'normal')),
  ],
  [
    'TD0.5',
    'patientsPDQ',
    'urn:hl7-org:v3:PRPA_IN201305UV02',
    pdq,
    undefined,
    'INDIRECTE',
    () =>
      sent(
        w,
        td0_5,
        { family: 'ROUSSELIN', given: 'ODETTE', birthDate: '193604', sex: 'F', city: 'X', postalCode: '38990' },
        as(nurse, 'centre_15'),
      ),
  ],
  [
    'TD1.1',
    'patients',
    'urn:hl7-org:v3:PRPA_IN201311UV02',
    'dmp-hl7v3.xsd',
    p1.value,
    air,
    () => sent(w, td1_1, creation, byDoctor),
  ],
  [
    'TD1.2',
    'patients',
    'urn:hl7-org:v3:PRPA_IN201314UV02',
    'dmp-hl7v3.xsd',
    p1.value,
    air,
    () => sent(w, td1_2, { ...about, name, consentedOn: '20261021' }, byDoctor),
  ],
  [
    'TD1.3a',
    'patients',
    'urn:hl7-org:v3:PRPA_IN201307UV02',
    'dmp-hl7v3.xsd',
    p1.value,
    'INDIRECTE',
    () => sent(w, td1_3a, about, byNurse),
  ],
  [
    'TD1.3b',
    'patients',
    'urn:hl7-org:v3:PRPA_IN201314UV02',
    'dmp-hl7v3.xsd',
    p1.value,
    'INDIRECTE',
    () => sent(w, td1_3b, { ...about, person: { name }, oppositions: {} }, byNurse),
  ],
  [
    'TD1.4',
    'patients',
    'urn:hl7-org:v3:PRPA_IN201314UV02',
    'dmp-hl7v3.xsd',
    p1.value,
    air,
    () => sent(w, td1_4, { ...about, name, motive: { code: 'FERMETURE_DEMANDE_PATIENT' } }, byDoctor),
  ],
];

describeShared('requests on patients', (dir) => {
  it.each(messages)('%s', async (_, service, action, xsd, patient, mode, call) => {
    const received = await call();
    expect(received.path).toBe(`/si-dmp-server/v2/services/${service}`);
    expect(parseContentType(received.headers['content-type'])!.parameters.get('action')).toBe(action);
    const text = (await partsOf(received)).envelope;
    expect(at(parseXml(text), 'Header', 'Action')!.text).toBe(action);
    expect(schema(dir, xsd)(bodyOf(text))).toEqual([]);
    const assertion = /<saml2:Assertion.*<\/saml2:Assertion>/s.exec(text)![0];
    expect(schema(dir, 'dmp-vihf.xsd')(assertion)).toEqual([]);
    const attributes = childrenOf(at(parseXml(assertion), 'AttributeStatement'), 'Attribute');
    const value = (end: string): string | undefined =>
      attributes.find((a) => a.attrs['Name']!.endsWith(end))?.children[0]?.text;
    expect(value('resource-id')?.split('^')[0]).toBe(patient);
    expect(value('Authentification_Mode')).toBe(mode);
  });
});

describe('rights that lack before any call', () => {
  const refused = async (call: Promise<unknown>, code: string): Promise<void> => {
    await expect(call).rejects.toMatchObject({ kind: 'rights', code });
    expect(w.far.received).toEqual([]);
  };

  it.each<[string, CallContext, string]>([
    ['by a structure', byNurse, 'psc'],
    ['by a doctor of the structure', { ...byDoctor, requester: local }, 'psc'],
    ['for regulation', { ...as(doctor, 'centre_15'), patient: p1 }, 'purpose'],
    ['in an emergency', { ...as(doctor, 'bris_de_glace'), patient: p1 }, 'purpose'],
  ])('TD0.3 and TD1.6 %s', async (_, context, code) => {
    await refused(w.client().call(td0_3, { action: 'AJOUT' }, context), code);
    await refused(w.client().call(td1_6, { mode: 'TOUTE' }, context), code);
  });

  it.each<[string, Parameters<typeof td0_4.build>[0], CallContext, string]>([
    ['the DMPs of new documents', { ...newAuthorizations, by: 'LASTDOC' }, as(nurse, 'normal'), 'new-authorizations'],
    ['without a date', { by: 'LASTAUTORIZATION' }, as(nurse, 'normal'), 'new-authorizations'],
    ['without saying of what', { since: '20261001000000' }, as(nurse, 'normal'), 'new-authorizations'],
    ['for regulation', newAuthorizations, as(nurse, 'centre_15'), 'purpose'],
    ['in an emergency', newAuthorizations, as(nurse, 'bris_de_glace'), 'psc'],
  ])('TD0.4 by a structure, %s', async (_, query, context, code) => {
    await refused(w.client().call(td0_4, query, context), code);
    expect(() => w.client().rehearse(td0_4, query, context)).toThrow(expect.objectContaining({ kind: 'rights', code }));
  });

  it.each<PurposeOfUse>(['normal', 'bris_de_glace'])('TD0.5 with %s', async (purpose) => {
    await refused(w.client().call(td0_5, { family: 'X' }, as(doctor, purpose)), 'purpose');
  });
});

describe('a patient in the VIHF', () => {
  it('where the transaction is about none, and none where it is about one, is a mistake of ours', async () => {
    const client = w.client();
    await expect(client.call(td0_4, {}, byDoctor)).rejects.toBeInstanceOf(TypeError);
    const regulation = { ...as(doctor, 'centre_15'), patient: p1 };
    await expect(client.call(td0_5, { family: 'X' }, regulation)).rejects.toBeInstanceOf(TypeError);
    await expect(client.call(td0_3, { action: 'AJOUT' }, as(doctor, 'normal'))).rejects.toBeInstanceOf(TypeError);
    await expect(client.call(td1_6, { mode: 'TOUTE' }, as(doctor, 'normal'))).rejects.toBeInstanceOf(TypeError);
    for (const context of [
      as(doctor, 'normal'),
      { ...byDoctor, patient: { ...p1, value: '141112A99004563' } },
      { ...byDoctor, patient: { ...p1, oid: '1.2.250.1.213.1.4.8' } },
    ]) {
      await expect(client.call(td0_2, about, context)).rejects.toBeInstanceOf(TypeError);
      await expect(client.call(td1_1, creation, context)).rejects.toBeInstanceOf(TypeError);
    }
    expect(w.far.received).toEqual([]);
  });
});

describe('answers that are refused', () => {
  const output = (inside: string): string =>
    `<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"><output>${inside}</output></setAuthorizationResponse>`;
  const authorize = () => w.client().call(td0_3, { action: 'AJOUT' }, byDoctor);

  it('a status that nobody knows is a refusal, whose code may stand in a log', async () => {
    w.far.reply = say((id) =>
      envelope(output('<status>DMPNew</status><context>pour 236046999012376 par 899700101233</context>'), id),
    );
    await expect(authorize()).rejects.toMatchObject({ kind: 'habilitation', code: 'DMPNew', context: 'pour … par …' });
    w.far.reply = say((id) => envelope(output('<status>un mot &lt;b&gt;</status>'), id));
    await expect(authorize()).rejects.toMatchObject({ kind: 'habilitation', code: 'unknown' });
    w.far.reply = say((id) => envelope(output('<status>dmpok</status>'), id));
    await expect(authorize()).rejects.toMatchObject({ kind: 'habilitation', code: 'dmpok' });
  });

  it.each([
    ['no status', output('<context>fait</context>')],
    ['no output', '<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"/>'],
    ['another answer', '<listAuthorizationByPatientResponse xmlns="urn:si-dmp-habilitations"/>'],
    ['another namespace', '<setAuthorizationResponse xmlns="urn:si-dmp-patients"/>'],
  ])('%s', async (_, body) => {
    w.far.reply = say((id) => envelope(body, id));
    await expect(authorize()).rejects.toMatchObject({ kind: 'garbage' });
  });

  it('an answer to another request', async () => {
    w.far.reply = say(() => envelope(output('<status>DMPOk</status>'), 'urn:uuid:other'));
    await expect(authorize()).rejects.toMatchObject({ kind: 'mismatch', code: 'RelatesTo' });
  });

  it('a status is asked for once more when the connection breaks, for it changes nothing; an opening is not', async () => {
    w.far.reply = (_, response) => response.destroy();
    await expect(authorize()).rejects.toMatchObject({ kind: 'network' });
    await expect(w.client().call(td1_1, creation, byDoctor)).rejects.toMatchObject({ kind: 'network' });
    expect(w.calls.map((c) => c.details.attempts)).toEqual([2, 1]);
  });
});

describe('answers to a question that do not answer it', () => {
  const reply = (ack: string, response: string): void => {
    w.far.reply = say((id) =>
      envelope(
        `<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3">${ack}<controlActProcess><queryAck>${response}</queryAck></controlActProcess></PRPA_IN201308UV02>`,
        id,
      ),
    );
  };
  const accepted = '<acknowledgement typeCode="AA"/>';
  const exists = () => w.client().call(td0_2, about, byNurse);

  it('NF is an answer: nobody', async () => {
    reply(accepted, '<queryResponseCode code="NF"/>');
    expect(await exists()).toMatchObject({ queryResponse: 'NF', patients: [] });
  });

  it.each<[string, string, string, object]>([
    ['an error of the application', accepted, '<queryResponseCode code="AE"/>', { kind: 'hl7', code: 'AE' }],
    ['an error in the question', accepted, '<queryResponseCode code="QE"/>', { kind: 'hl7', code: 'QE' }],
    [
      'an error with its reason',
      '<acknowledgement typeCode="AA"><acknowledgementDetail><code code="DMPBusy"/></acknowledgementDetail></acknowledgement>',
      '<queryResponseCode code="AE"/>',
      { kind: 'hl7', code: 'DMPBusy' },
    ],
    ['found, and nobody', accepted, '<queryResponseCode code="OK"/>', { kind: 'garbage', code: 'content' }],
    ['no word of what was found', accepted, '', { kind: 'garbage', code: 'content' }],
  ])('%s is never « no DMP »', async (_, ack, response, expected) => {
    reply(ack, response);
    await expect(exists()).rejects.toMatchObject(expected);
  });
});

describe('answers to a registration that are refused', () => {
  const reopen = () => w.client().call(td1_2, { ...about, name, consentedOn: '20261021' }, byDoctor);
  /** An answer; `{target}` is the id of the message that was sent. */
  const answer = (interaction: string, ack: string, target: string, patient: string): string =>
    `<g:PRPA_IN201314UV02_Response xmlns:g="asip:ci-sis:gdp:2010"><${interaction} xmlns="urn:hl7-org:v3">` +
    `<acknowledgement typeCode="${ack}"><targetMessage><id root="2.16.840.1.113883.19.7601.3.1" extension="${target}"/></targetMessage></acknowledgement>` +
    `<controlActProcess><subject><registrationEvent><subject1><patient><id root="${p1.oid}" extension="${patient}"/></patient></subject1></registrationEvent></subject></controlActProcess>` +
    `</${interaction}></g:PRPA_IN201314UV02_Response>`;
  const reply = (interaction: string, ack: string, patient = p1.value, target?: string): void => {
    w.far.reply = ({ body, messageId }, response) => {
      const sentId = /<id root="[^"]*" extension="([^"]*)"/.exec(body.toString())![1]!;
      say((id) => envelope(answer(interaction, ack, target ?? sentId, patient), id))(
        { messageId } as Received,
        response,
      );
    };
  };

  it('the same, when it is right, is taken', async () => {
    reply('PRPA_IN201315UV02', 'AA');
    expect(await reopen()).toMatchObject({ interaction: 'PRPA_IN201315UV02', acknowledgement: 'AA' });
  });

  it.each<[string, Parameters<typeof reply>, object]>([
    [
      'to another message',
      ['PRPA_IN201315UV02', 'AA', p1.value, 'another'],
      { kind: 'mismatch', code: 'targetMessage' },
    ],
    ['about another patient', ['PRPA_IN201315UV02', 'AA', '141112A99004563'], { kind: 'mismatch', code: 'patient' }],
    ['accepted, and the request given back', ['PRPA_IN201316UV02', 'AA'], { kind: 'garbage', code: 'content' }],
    ['that says another thing is done', ['PRPA_IN201312UV02', 'AA'], { kind: 'garbage', code: 'content' }],
    ['refused without a reason', ['PRPA_IN201316UV02', 'AE'], { kind: 'hl7', code: 'AE' }],
    ['rejected', ['PRPA_IN201316UV02', 'AR'], { kind: 'hl7', code: 'AR' }],
  ])('%s', async (_, given, expected) => {
    reply(...given);
    await expect(reopen()).rejects.toMatchObject(expected);
  });

  it('without its wrapper', async () => {
    w.far.reply = say((id) => envelope('<PRPA_IN201315UV02 xmlns="urn:hl7-org:v3"/>', id));
    await expect(reopen()).rejects.toMatchObject({ kind: 'garbage', code: 'root' });
  });
});
