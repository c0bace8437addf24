/**
 * Every code of JDV_J65 as a requester, against the simulator: the VIHF that goes out is accepted, signature included, and its
 * roles are those of the table; what the table refuses never goes out.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownProfessions, vihfRoles } from '../../../mappings/rights/professions.ts';
import { displayOf, valueSets } from '../../../mappings/terminology/valuesets.ts';
import { parseXml, type XmlNode } from '../../../mappings/xml/tree.ts';
import { chooseMode } from '../../../server/dmp/rights.ts';
import { createSeal } from '../../../server/dmp/seal.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1 } from '../../../server/dmp/transactions/td3-1.ts';
import type { DmpEnvironment, Requester, VihfMode } from '../../../server/dmp/types.ts';
import { buildVihf } from '../../../server/dmp/vihf.ts';
import { withXml } from '../../../simulator/dom.ts';
import { readSettings } from '../../../simulator/settings.ts';
import { readPem } from '../../../simulator/vihf/certificate.ts';
import { readVihf } from '../../../simulator/vihf/read.ts';
import type { Vihf } from '../../../simulator/vihf/types.ts';
import { describeShared } from '../../support/shared.ts';
import { testPki, type TestPki } from './pki.ts';
import { doctor, lpsOid, materialOf, nurse, p1 } from './setup.ts';

const now = new Date('2026-10-20T05:08:00.000Z');
let pki: TestPki;
let env: DmpEnvironment;
beforeAll(async () => {
  pki = await testPki();
  const { key, chain } = materialOf(pki).seal;
  env = {
    seal: createSeal(key, chain),
    options: {
      vihfVersion: '3.0',
      vihfSignature: 'rsa-sha256',
      airContextDecl: 'APP_BROWSER_AUTH',
      contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
      xadesDigest: 'sha1',
      sendHash: true,
      authorizationWords: ['EXPIRE', 'NON_EXISTE', 'INTERDIT'],
    },
    lps: {
      name: 'LumiDUI Passerelle',
      version: '4.2.0',
      id: 'LD-0451-7788',
      homologation: 'HOMOL-FICTIVE-0001',
      oid: lpsOid,
    },
    now: () => now,
    newUuid: randomUUID,
  };
}, 60_000);

/** As the simulated DMP reads it; throws its fault when it does not accept. */
const judged = (requester: Requester, mode: VihfMode): Vihf =>
  withXml(Buffer.from(buildVihf({ requester, patient: p1 }, mode, env)), (assertion) =>
    readVihf(assertion, {
      settings: readSettings({}),
      trusted: readPem(pki.root, pki.authority),
      tls: { serialNumber: '01', organisationUnit: requester.structure.id },
      now,
    }),
  );

type Role = Requester['roles'][number];
const g15 = '1.2.250.1.71.1.2.7';
const systems = { r01: '1.2.250.1.71.4.2.5', g05: '1.2.250.1.71.4.2.6', r85: '1.2.250.1.213.1.6.1.107' };
const role = (system: string, code: string): Role => ({ system, code, display: displayOf(code, system) ?? code });
const specialist = { TRE_R01: role(systems.r01, 'SM26'), TRE_G05: role(systems.g05, 'H') };
/** Whom a code that follows a profession follows. */
const leaders: Record<string, Role> = {
  [systems.r01]: role(g15, '10'),
  [systems.g05]: role(g15, '21'),
  [systems.r85]: role('1.2.250.1.213.1.6.1.140', '99'),
};

/** Each code of the value set in a set of roles that the terminology says it belongs to. */
const all = [...valueSets.J65.codes].flatMap(([system, list]) =>
  [...list].map((code): [string, string, Role[]] => {
    const own = role(system, code);
    const row = ownProfessions.get(`${system} ${code}`);
    if (!row) return [system, code, [leaders[system] ?? role(g15, '60'), own]];
    const care = row.careRole === 'required' ? [role(systems.r85, '312')] : [];
    return [system, code, [own, ...(row.specialty ? [specialist[row.specialty]] : []), ...care]];
  }),
);

describe('every code of JDV_J65', () => {
  it('there are as many as published', () => expect(all.length).toBe(395));

  it('goes out in a VIHF that the DMP accepts, in each mode, with the roles of the table', () => {
    for (const [system, code, roles] of all) {
      const said = vihfRoles(roles);
      if (typeof said === 'string') throw new Error(`${system} ${code}: ${said}`);
      const requester: Requester = { ...nurse, roles };
      expect(chooseMode(td2_1, requester)).toBe('INDIRECTE');
      const expected = said.roles.map((r) => ({ code: r.code, codeSystem: r.system, displayName: r.display }));
      const read = judged(requester, 'INDIRECTE');
      expect(read.roles).toEqual(expected);
      expect(read.nameId).toBe(nurse.personId);
      const strong: Requester = { ...doctor, roles };
      if (said.profession.automaton) {
        expect(read.subjectName).toBe('LUMIDUI PASSERELLE, 4.2.0');
        expect(() => chooseMode(td3_1, strong)).toThrow(expect.objectContaining({ code: 'automaton' }));
        // What is open to a structure is open to its automaton, however its token was had.
        expect(chooseMode(td0_2, strong)).toBe('INDIRECTE');
      } else {
        expect(read.subjectName).toBe('YANN LE BIHAN');
        expect(chooseMode(td3_1, strong)).toBe('INDIRECTE_RENFORCEE');
        expect(judged(strong, 'INDIRECTE_RENFORCEE').roles).toEqual(expected);
      }
    }
  }, 60_000);

  it('is carried itself, but for functions and kinds of activity, for which dmp-wire §2.3 has no place', () => {
    const left = all.filter(([, code, roles]) => {
      const said = vihfRoles(roles);
      return typeof said === 'string' || !said.roles.some((r) => r.code === code);
    });
    expect([...new Set(left.map(([system]) => system))].sort()).toEqual([
      '1.2.250.1.213.1.6.1.17',
      '1.2.250.1.213.1.6.1.19',
    ]);
  });

  it('roles that do not fit never become a VIHF', () => {
    const lone: Requester = { ...doctor, roles: doctor.roles.slice(0, 1) };
    expect(() => buildVihf({ requester: lone, patient: p1 }, 'INDIRECTE', env)).toThrow(RangeError);
    expect(() => chooseMode(td2_1, { ...doctor, roles: [role('1.2.250.1.213.1.6.1.140', '99')] })).toThrow(
      expect.objectContaining({ kind: 'rights', code: 'care-role' }),
    );
  });
});

describeShared('golden automaton', (dir) => {
  /** Without what differs by nature: identifiers, times, signature, issuer. */
  const shape = (n: XmlNode): unknown => ({
    name: n.name,
    ns: n.ns,
    attrs: Object.fromEntries(
      Object.entries({ ...n.attrs }).filter(([k]) => !['ID', 'IssueInstant', 'AuthnInstant'].includes(k)),
    ),
    text: n.name === 'Issuer' ? '' : n.text.trim(),
    children: n.children.filter((c) => c.name !== 'Signature').map(shape),
  });

  it('ours is variants/indirecte-automate.xml, attribute by attribute', () => {
    const golden = readFileSync(path.join(dir, 'wire/vihf/variants/indirecte-automate.xml'), 'utf8');
    const requester: Requester = {
      ...doctor,
      strength: 'local',
      roles: [{ code: 'AUTOMATE', system: '1.2.250.1.213.1.1.4.6', display: 'un automate' }],
    };
    const ours = buildVihf({ requester, patient: p1 }, 'INDIRECTE', env);
    expect(shape(parseXml(ours))).toEqual(shape(parseXml(golden)));
  });
});
