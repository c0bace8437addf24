/** Every VIHF of the fixtures: accepted as its verdict says, read to its values; every tampered one refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { withXml } from '../../simulator/dom.ts';
import { readSettings } from '../../simulator/settings.ts';
import { readPem } from '../../simulator/vihf/certificate.ts';
import { readVihf } from '../../simulator/vihf/read.ts';
import type { Vihf } from '../../simulator/vihf/types.ts';
import { describeShared } from '../support/shared.ts';
import {
  aboutVihf,
  clientFor,
  envelopeWith,
  expectedOf,
  filesIn,
  readWire,
  startFor,
  wireAuthorities,
} from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, projectHl7, ruleOf, soapOf } from './support/project.ts';

/** Which rule refuses each tampered assertion. */
const tampered: Record<string, { rule: string; subcode: string }> = {
  '01-changed-attribute.xml': { rule: 'SIGNATURE_DIGEST', subcode: 'InvalidSecurityToken' },
  '02-signature-wrapping-advice.xml': { rule: 'ASSERTION_NESTED', subcode: 'InvalidSecurityToken' },
  '02b-signature-wrapping-moved-signature.xml': { rule: 'ASSERTION_NESTED', subcode: 'InvalidSecurityToken' },
  '02c-signature-wrapping-two-assertions-request.xml': { rule: 'ASSERTION_NOT_ALONE', subcode: 'InvalidSecurity' },
  '03-removed-signature.xml': { rule: 'SIGNATURE_ABSENT', subcode: 'InvalidSecurityToken' },
  '04-expired-certificate.xml': { rule: 'CERTIFICATE_DATES', subcode: 'DMPInvalidCertificate' },
  '05-wrong-ca-same-names.xml': { rule: 'CERTIFICATE_UNTRUSTED', subcode: 'DMPInvalidCertificate' },
  '06-comment-injection-nameid.xml': { rule: 'ASSERTION_COMMENT', subcode: 'InvalidSecurityToken' },
  '07-signed-with-auth-certificate.xml': { rule: 'CERTIFICATE_KIND', subcode: 'DMPInvalidCertificate' },
  '08-structure-not-in-certificate.xml': { rule: 'STRUCTURE_NOT_SIGNER', subcode: 'FailedAuthentication' },
  '09-cps-other-person.xml': { rule: 'CARD_NOT_SIGNER', subcode: 'FailedAuthentication' },
};

/** A VIHF as read, in the terms of expected.json. */
const project = (vihf: Vihf): Record<string, unknown> => ({
  mode: vihf.mode,
  purpose: vihf.purpose,
  nameId: vihf.nameId,
  structure: vihf.structure,
  sector: `${vihf.sector.code}^${vihf.sector.codeSystem}`,
  roles: vihf.roles.map((r) => r.code),
  version: vihf.version,
  patient: vihf.patient?.value,
  authnContext: vihf.authnContextClass.split(':').pop(),
  authnContextDecl: vihf.authnContextDecl,
  issuer: vihf.issuer,
  signature: vihf.signature,
  reason: vihf.reason,
  secret: vihf.secret,
});

describeShared('golden VIHF', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  const send = async (body: string) => {
    await control(simulator, 'POST', 'clock', { instant: aboutVihf(body).instant.toISOString() });
    const client = await clientFor(pki, body);
    return post(simulator, pki, { service: 'patients', contentType: 'application/soap+xml', body, client });
  };
  const lastCall = async () => {
    const { calls } = (await control(simulator, 'GET', 'calls')) as { calls: Record<string, string>[] };
    return calls[calls.length - 1]!;
  };
  const request = () => readWire(dir, 'messages/td0-2/01-request.xml');

  for (const folder of ['sha256', 'sha1', 'variants']) {
    describe(folder, () => {
      for (const file of filesIn(dir, `vihf/${folder}`)) {
        it(`${file} is read to its values`, () => {
          const { values } = expectedOf(dir).vihf[`vihf/${folder}/${file}`]!;
          const xml = readWire(dir, `vihf/${folder}/${file}`);
          const { instant, direct, nameId, structure } = aboutVihf(xml);
          const vihf = withXml(Buffer.from(xml), (assertion) =>
            readVihf(assertion, {
              settings: readSettings({}),
              trusted: readPem(...wireAuthorities(dir)),
              tls: { serialNumber: '01', ...(direct ? { commonName: nameId } : { organisationUnit: structure }) },
              now: instant,
            }),
          );
          const read = project(vihf);
          // expected.json leaves out, or writes null or none for, what an assertion does not carry
          for (const [name, value] of Object.entries(values))
            if (name in read) expect([name, read[name] ?? null]).toEqual([name, value === 'none' ? null : value]);
          expect(Object.keys(values).filter((name) => name in read).length).toBeGreaterThanOrEqual(9);
        });

        it(`${file} gets its verdict over TLS`, async () => {
          const { verdict } = expectedOf(dir).vihf[`vihf/${folder}/${file}`]!;
          const answer = await send(envelopeWith(request(), readWire(dir, `vihf/${folder}/${file}`)));
          const { content } = openSoap(soapOf(answer.contentType, answer.body));
          expect((await lastCall())['mode'], 'the VIHF was accepted').toBeDefined();
          if (verdict === 'accept-authentication-then-refuse-by-rights-matrix') {
            expect(projectFault(content)).toMatchObject({ code: 'Sender', subcode: 'DMPAccessDenied' });
            expect(ruleOf(content)).toBe('RIGHTS_MATRIX');
          } else if (file === 'indirecte-no-patient.xml') {
            expect(ruleOf(content)).toBe('PATIENT_ABSENT');
          } else {
            expect(verdict).toMatch(/^accept/);
            expect(projectHl7(content)).toMatchObject({ acknowledgement: 'AA' });
          }
        });
      }
    });
  }

  describe('tampered', () => {
    for (const file of filesIn(dir, 'vihf/tampered')) {
      it(`${file} is refused by its own rule`, async () => {
        const xml = readWire(dir, `vihf/tampered/${file}`);
        const answer = await send(xml.includes('Envelope') ? xml : envelopeWith(request(), xml));
        const { content, action } = openSoap(soapOf(answer.contentType, answer.body));
        expect(answer.status).toBe(500);
        const expected = tampered[file]!;
        expect(ruleOf(content)).toBe(expected.rule);
        expect(projectFault(content)).toMatchObject({ code: 'Sender', subcode: expected.subcode });
        expect(action).toBe('http://www.w3.org/2005/08/addressing/soap/fault');
        expect((await lastCall())['transaction']).toBeUndefined();
      });
    }
  });
});
