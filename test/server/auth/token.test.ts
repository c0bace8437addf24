import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { challenge, credentialsOf } from '../../../server/auth/bearer.ts';
import { thumbprintOf } from '../../../server/auth/confirmation.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../server/auth/token.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { testPki } from '../dmp/pki.ts';
import { savs, structuresOf } from '../../support/structures.ts';

const config = loadConfig({});
let verify: TokenVerifier;
let key: CryptoKey;
let jwk: object;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256' };
  verify = createTokenVerifier(config, createLocalJWKSet({ keys: [jwk] }));
});

const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset;
const claims = (iua: object = {}, rest: JWTPayload = {}): JWTPayload => ({
  iss: config.AUTH_ISSUER,
  aud: config.fhirBase,
  sub: '899700204581',
  client_id: 'dui',
  iat: seconds(),
  exp: seconds(300),
  auth_time: 1_795_000_000,
  scope: 'user/Patient.rs  user/DocumentReference.c',
  family_name: 'LE BIHAN',
  given_name: 'YANN',
  extensions: {
    ihe_iua: {
      national_provider_identifier: '899700204581',
      subject_role: [{ system: 'urn:oid:1.2.250.1.71.1.2.7', code: '60', display: 'Infirmier' }],
      subject_organization_id: config.STRUCTURE_ID,
      ...iua,
    },
  },
  ...rest,
});
const sign = (payload: JWTPayload, header: object = {}, by = key) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k', ...header }).sign(by);

/** Row and reason of the refusal. */
async function refusal(token: string): Promise<[string, unknown]> {
  try {
    await verify(token);
  } catch (e) {
    if (e instanceof IssueError) return [e.issues[0]!.key, e.issues[0]!.values?.['reason']];
    throw e;
  }
  return ['accepted', undefined];
}

describe('a signed token is still held against limits', () => {
  const iua = (more: object): JWTPayload => claims(more);
  it.each<[string, () => JWTPayload, string]>([
    ['issued long ago with a late end', () => claims({}, { iat: seconds(-90_000), exp: seconds(90_000) }), 'iat'],
    ['issued in the future', () => claims({}, { iat: seconds(3600), exp: seconds(7200) }), 'iat'],
    ['authenticated in the future', () => claims({}, { auth_time: seconds(3600) }), 'auth_time'],
    ['an instant that no clock has', () => claims({}, { auth_time: 1e300 }), 'auth_time'],
    ['an instant before 1970', () => claims({}, { auth_time: -5 }), 'auth_time'],
    ['no client', () => claims({}, { client_id: undefined }), 'client_id'],
    ['a client that ends a line', () => claims({}, { client_id: 'a\nb' }), 'client_id'],
    ['a name with a zero byte', () => claims({}, { family_name: 'X\u0000' }), 'family_name'],
    ['a name with half a character', () => claims({}, { family_name: 'X\ud800' }), 'family_name'],
    ['a name without end', () => claims({}, { family_name: 'X'.repeat(201) }), 'family_name'],
    [
      'a role that no XML holds',
      () => iua({ subject_role: [{ system: 'urn:oid:1.2.250.1.71.1.2.7', code: '60', display: '\u0001' }] }),
      'extensions.ihe_iua.subject_role.0.display',
    ],
  ])('%s', async (_, payload, reason) => {
    expect(await refusal(await sign(payload()))).toEqual(['token-invalid', reason]);
  });

  it('a structure with more around it than an authority is another one', async () => {
    expect(await refusal(await sign(claims({ subject_organization_id: `1.2|x|${config.STRUCTURE_ID}` })))).toEqual([
      'structure-mismatch',
      undefined,
    ]);
  });
});

describe('several structures', () => {
  const structures = structuresOf();
  const other = { ...savs, id: '1990200776', name: 'IME FICTIF LES CERISIERS' };
  const read = async (structure: string, person = '899700204581') =>
    createTokenVerifier(
      config,
      createLocalJWKSet({ keys: [jwk] }),
      structures,
    )(await sign(claims({ subject_organization_id: structure, national_provider_identifier: person })));
  const mismatch = { issues: [{ key: 'structure-mismatch' }] };
  beforeEach(() => {
    structures.put(savs);
    structures.put(other);
  });

  it('the caller has the name and sector that are registered, whatever the token says', async () => {
    expect((await read(savs.id)).structure).toEqual({ id: savs.id, name: savs.name, sector: savs.sector });
    expect((await read(config.STRUCTURE_ID)).structure.name).toBe(config.STRUCTURE_NAME);
    structures.put({ ...savs, name: 'SAVS RENOMMÉ' });
    expect((await read(savs.id)).structure.name).toBe('SAVS RENOMMÉ');
  });

  it.each(['1990300444', '', savs.id.slice(0, -1), `${savs.id} `, `${savs.id}|${config.STRUCTURE_ID}`, '__proto__'])(
    'one that is not in force is nobody’s: %j',
    async (id) => {
      await expect(read(id)).rejects.toBeInstanceOf(IssueError);
    },
  );

  it('one that was withdrawn is refused at once', async () => {
    await read(savs.id);
    structures.withdraw(savs.id);
    await expect(read(savs.id)).rejects.toMatchObject(mismatch);
  });

  it.each<[string, string, string]>([
    ['numbered by a FINESS', config.STRUCTURE_ID, '3990200776/INT-7'],
    ['numbered by a SIRET', config.STRUCTURE_ID, '599910047700025/INT-7'],
    ['numbered by the primary', savs.id, '3990100109/DIR-01'],
  ])('the staff of one does not act for another: %s', async (_, structure, person) => {
    await expect(read(structure, person)).rejects.toMatchObject(mismatch);
  });

  it('one’s own staff does, and that of a legal entity that is no structure here', async () => {
    for (const [structure, person] of [
      [config.STRUCTURE_ID, '3990100109/DIR-01'],
      [savs.id, '599910047700025/INT-7'],
      [savs.id, '3990999999/INT-7'],
    ] as const)
      expect((await read(structure, person)).personId).toBe(person);
  });
});

describe('the deployer’s professions', () => {
  const g15 = '1.2.250.1.71.1.2.7';
  const row = { code: '93', system: g15, display: 'Psychologue' };
  const roles = (code: string) => ({ subject_role: [{ system: `urn:oid:${g15}`, code }] });
  async function verifierOf(json: unknown): Promise<TokenVerifier> {
    const folder = await mkdtemp(path.join(tmpdir(), 'professions-'));
    const file = path.join(folder, 'professions.json');
    await writeFile(file, JSON.stringify(json));
    try {
      return createTokenVerifier(loadConfig({ PROFESSIONS_FILE: file }), createLocalJWKSet({ keys: [jwk] }));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('go with the callers who have one of them, and with no other', async () => {
    const by = await verifierOf({ version: '1', source: 'x', professions: [row] });
    expect((await by(await sign(claims(roles('93'))))).profession).toEqual({ ...row, careRole: 'optional' });
    expect(await by(await sign(claims(roles('60'))))).not.toHaveProperty('profession');
    expect(await verify(await sign(claims(roles('93'))))).not.toHaveProperty('profession');
  });

  it('a file that is not one stops the start, by the setting and the place', async () => {
    const wrong = { version: '1', source: 'x', professions: [{ ...row, system: 'TRE_G15' }] };
    await expect(verifierOf(wrong)).rejects.toThrow(/PROFESSIONS_FILE: professions\.0\.system/);
    expect(() => createTokenVerifier(loadConfig({ PROFESSIONS_FILE: '/nowhere/p.json' }))).toThrow(ConfigError);
  });
});

describe('verified tokens', () => {
  it('become callers', async () => {
    const exp = seconds(300);
    expect(await verify(await sign(claims({}, { jti: 't1', exp })))).toEqual({
      clientId: 'dui',
      scopes: ['user/Patient.rs', 'user/DocumentReference.c'],
      tokenId: 't1',
      personId: '899700204581',
      family: 'LE BIHAN',
      given: 'YANN',
      roles: [{ code: '60', system: '1.2.250.1.71.1.2.7', display: 'Infirmier' }],
      structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER', sector: 'SA17' },
      strength: 'local',
      authenticatedAt: new Date(1_795_000_000_000),
      expiresAt: new Date(exp * 1000),
      purpose: 'normal',
    });
  });

  it('are held against the certificate of the request when they are bound to one, before anything else is read of them', async () => {
    const certificate = new X509Certificate((await testPki()).client.certificate);
    const cnf = { 'x5t#S256': thumbprintOf(certificate) };
    const shown = { scheme: 'Bearer', proofs: [], method: 'GET', url: 'https://x/fhir', certificate } as const;
    const token = await sign(claims({}, { cnf }));
    expect((await verify(token, shown)).certificate).toBe(cnf['x5t#S256']);
    expect(await verify(await sign(claims()), shown)).not.toHaveProperty('certificate');
    expect((await refusal(token))[0]).toBe('token-certificate-missing');
    const elsewhere = await sign(claims({ subject_organization_id: '1990200776' }, { cnf }));
    expect((await refusal(elsewhere))[0]).toBe('token-certificate-missing');
  });

  it('are of strength psc only when the token says so in its own claim', async () => {
    const strength = async (dmp: object) => {
      const c = claims();
      return (await verify(await sign({ ...c, extensions: { ...(c['extensions'] as object), dmp } }))).strength;
    };
    expect(await strength({ authentication: 'psc' })).toBe('psc');
    expect(await strength({ authentication: 'PSC' })).toBe('local');
    expect(await strength({})).toBe('local');
    expect((await verify(await sign(claims({}, { acr: 'eidas1' })))).strength).toBe('local');
  });

  it('read the purpose of use in each form, and refuse one that is none', async () => {
    for (const purpose_of_use of [
      'centre_15',
      ['centre_15'],
      { code: 'centre_15' },
      [{ system: 'x', code: 'centre_15' }],
    ]) {
      expect((await verify(await sign(claims({ purpose_of_use })))).purpose).toBe('centre_15');
    }
    expect(await refusal(await sign(claims({ purpose_of_use: 'curiosity' })))).toEqual([
      'token-invalid',
      'purpose_of_use',
    ]);
    expect((await refusal(await sign(claims({ purpose_of_use: ['normal', 'centre_15'] }))))[0]).toBe('token-invalid');
  });

  it('take iat for the authentication when auth_time is absent, and subject_name when the names are', async () => {
    const iat = seconds(-10);
    const caller = await verify(
      await sign(claims({ subject_name: 'YANN LE BIHAN' }, { iat, auth_time: undefined, family_name: undefined })),
    );
    expect(caller).toMatchObject({ given: 'YANN', family: 'LE BIHAN', authenticatedAt: new Date(iat * 1000) });
  });

  it('take the structure with its authority before it', async () => {
    expect(
      (await verify(await sign(claims({ subject_organization_id: 'urn:oid:1.2.250.1.71.4.2.2|1990100109' })))).structure
        .id,
    ).toBe('1990100109');
  });
});

describe('« bris de glace »', () => {
  const iua = { purpose_of_use: 'bris_de_glace', person_id: '141112A99004563^^^&1.2.250.1.213.1.4.10&ISO' };
  const dmp = {
    authentication: 'psc',
    access_reason: ' Détresse respiratoire, patient non communicant ',
    confirmed_patient: { family_name: 'CAVALLINI', given_name: 'ANGE-TOUSSAINT', birthdate: '1941-11-03' },
  };
  const breaking = (ofIua: object = {}, ofDmp: object = {}, rest: JWTPayload = {}): Promise<string> => {
    const { extensions, ...others } = claims({ ...iua, ...ofIua }, { jti: 't1', ...rest });
    return sign({ ...others, extensions: { ...(extensions as object), dmp: { ...dmp, ...ofDmp } } });
  };

  it('says why, whom, who that was confirmed to be, and since when', async () => {
    const iat = seconds(-20);
    const caller = await verify(await breaking({}, {}, { iat, exp: iat + 1800 }));
    expect(caller).toMatchObject({
      purpose: 'bris_de_glace',
      strength: 'psc',
      reason: 'Détresse respiratoire, patient non communicant',
      emergency: {
        patient: { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' },
        confirmed: { family: 'CAVALLINI', given: 'ANGE-TOUSSAINT', birthDate: '1941-11-03' },
        grantedAt: new Date(iat * 1000),
        tokenId: 't1',
      },
    });
  });

  it.each([
    ['CX with its type', '141112A99004563^^^&1.2.250.1.213.1.4.10&ISO^NH'],
    ['as a search writes it', 'urn:oid:1.2.250.1.213.1.4.10|141112A99004563'],
    ['in small letters', '141112a99004563^^^&1.2.250.1.213.1.4.10&ISO'],
  ])('takes the patient %s', async (_, person_id) => {
    expect((await verify(await breaking({ person_id }))).emergency?.patient.value).toBe('141112A99004563');
  });

  it.each<[string, object, object, JWTPayload, string]>([
    ['no reason', {}, { access_reason: undefined }, {}, 'extensions.dmp.access_reason'],
    [
      'a reason that says nothing',
      {},
      { access_reason: 'urgence urgence urgence' },
      {},
      'extensions.dmp.access_reason',
    ],
    ['no patient', { person_id: undefined }, {}, {}, 'extensions.ihe_iua.person_id'],
    ['an INS without authority', { person_id: '141112A99004563' }, {}, {}, 'extensions.ihe_iua.person_id'],
    [
      'an INS-C',
      { person_id: '0944009023609680323697^^^&1.2.250.1.213.1.4.2&ISO' },
      {},
      {},
      'extensions.ihe_iua.person_id',
    ],
    ['no INS', { person_id: 'urn:oid:1.2.250.1.213.1.4.10|12345' }, {}, {}, 'extensions.ihe_iua.person_id'],
    [
      'a wrong key of a real INS',
      { person_id: '141112A99004564^^^&1.2.250.1.213.1.4.8&ISO' },
      {},
      {},
      'extensions.ihe_iua.person_id',
    ],
    ['nobody confirmed', {}, { confirmed_patient: undefined }, {}, 'extensions.dmp.confirmed_patient'],
    [
      'a birth date that was not confirmed',
      {},
      { confirmed_patient: { ...dmp.confirmed_patient, birthdate: undefined } },
      {},
      'extensions.dmp.confirmed_patient.birthdate',
    ],
    [
      'a birth date written otherwise',
      {},
      { confirmed_patient: { ...dmp.confirmed_patient, birthdate: '03/11/1941' } },
      {},
      'extensions.dmp.confirmed_patient.birthdate',
    ],
    ['no jti: what was examined could not be told apart', {}, {}, { jti: undefined }, 'jti'],
    [
      'a reason that hides an INS between marks that nobody sees',
      {},
      { access_reason: 'Malaise de 2360469\u200b99012376 dans le couloir' },
      {},
      'extensions.dmp.access_reason',
    ],
    [
      'a reason that is read from right to left',
      {},
      { access_reason: 'Détresse respiratoire \u202etneitap, patient inconscient' },
      {},
      'extensions.dmp.access_reason',
    ],
    ['a life of half an hour and a second', {}, {}, { iat: seconds(), exp: seconds(1801) }, 'exp'],
  ])('is refused with %s', async (_, ofIua, ofDmp, rest, reason) => {
    expect(await refusal(await breaking(ofIua, ofDmp, rest))).toEqual(['token-invalid', reason]);
  });

  it('is refused for a test INS in production', async () => {
    const settings = loadConfig({ ENVIRONMENT: 'production', AUTH_JWKS: 'https://keys.example/jwks' });
    const inProduction = createTokenVerifier(settings, createLocalJWKSet({ keys: [jwk] }));
    const read = async (token: string): Promise<string | undefined> =>
      inProduction(token).then(
        (caller) => caller.emergency?.patient.oid,
        (e: unknown) => (e instanceof IssueError ? String(e.issues[0]?.values?.['reason']) : String(e)),
      );
    expect(await read(await breaking())).toBe('extensions.ihe_iua.person_id');
    const real = '236046999012376^^^&1.2.250.1.213.1.4.8&ISO';
    expect(await read(await breaking({ person_id: real }))).toBe('1.2.250.1.213.1.4.8');
  });

  it('is what its claims belong to: other purposes leave them out', async () => {
    for (const purpose_of_use of ['normal', 'centre_15']) {
      const caller = await verify(await breaking({ purpose_of_use }));
      expect(caller.purpose).toBe(purpose_of_use);
      expect(caller).not.toHaveProperty('emergency');
      expect(caller).not.toHaveProperty('reason');
    }
  });
});

describe('the structure’s administrator', () => {
  it('is who the token says so of, and says it with true', async () => {
    const read = async (value: unknown): Promise<unknown> => {
      const { extensions, ...rest } = claims();
      const dmp = { structure_administrator: value };
      return verify(await sign({ ...rest, extensions: { ...(extensions as object), dmp } })).then(
        (caller) => caller.isAdministrator,
        () => 'refused',
      );
    };
    expect(await Promise.all([true, false, undefined, 'true', 1].map(read))).toEqual([
      true,
      undefined,
      undefined,
      'refused',
      'refused',
    ]);
  });
});

describe('refused', () => {
  it.each<[string, () => Promise<string> | string, unknown]>([
    ['expired', () => sign(claims({}, { exp: seconds(-60) })), 'exp'],
    ['not yet valid', () => sign(claims({}, { nbf: seconds(120) })), 'nbf'],
    ['of another issuer', () => sign(claims({}, { iss: 'x' })), 'iss'],
    ['for another audience', () => sign(claims({}, { aud: 'x' })), 'aud'],
    ['without exp', () => sign(claims({}, { exp: undefined })), 'exp'],
    ['without iat', () => sign(claims({}, { iat: undefined })), 'iat'],
    ['without sub', () => sign(claims({}, { sub: undefined })), 'sub'],
    ['an id token', () => sign(claims(), { typ: 'id+jwt' }), 'typ'],
    ['without typ', () => sign(claims(), { typ: undefined }), 'typ'],
    ['of an unknown key', () => sign(claims(), { kid: 'other' }), 'kid'],
    ['no JWT', () => 'abc', 'format'],
    ['unsigned', () => new UnsecuredJWT(claims()).encode(), 'alg'],
    ['without extensions', () => sign(claims({}, { extensions: undefined })), 'extensions'],
    ['without a role', () => sign(claims({ subject_role: [] })), 'extensions.ihe_iua.subject_role'],
    [
      'with a role of no known system',
      () => sign(claims({ subject_role: [{ system: 'x', code: '60' }] })),
      'subject_role.system',
    ],
    [
      'with a number that is none',
      () => sign(claims({ national_provider_identifier: 'bob' })),
      'extensions.ihe_iua.national_provider_identifier',
    ],
    ['without names', () => sign(claims({}, { family_name: undefined })), 'family_name, given_name'],
  ])('%s', async (_, token, reason) => {
    expect(await refusal(await token())).toEqual(['token-invalid', reason]);
  });

  it('signed by another key under the same name', async () => {
    const other = await generateKeyPair('ES256');
    expect(await refusal(await sign(claims(), {}, other.privateKey))).toEqual(['token-invalid', 'signature']);
  });

  it('signed with the public key as a secret (HS256)', async () => {
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    expect(await refusal(token)).toEqual(['token-invalid', 'alg']);
  });

  it('of another structure', async () => {
    expect((await refusal(await sign(claims({ subject_organization_id: '1990200776' }))))[0]).toBe(
      'structure-mismatch',
    );
  });

  it('a little late is within the skew', async () => {
    expect((await refusal(await sign(claims({}, { exp: seconds(-20) }))))[0]).toBe('accepted');
  });
});

describe('the JWKS file', () => {
  it('is read when it is there, also when it came later', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'jwks-'));
    try {
      const file = path.join(dir, 'jwks.json');
      const fromFile = createTokenVerifier(loadConfig({ AUTH_JWKS: file }));
      const token = await sign(claims());
      await expect(fromFile(token)).rejects.toThrow('token-keys-unavailable');
      await writeFile(file, JSON.stringify({ keys: [jwk] }));
      expect((await fromFile(token)).clientId).toBe('dui');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('Authorization', () => {
  it('holds one bearer token and nothing else', () => {
    expect(credentialsOf('Bearer abc.def-_~+/=')).toEqual({ scheme: 'Bearer', token: 'abc.def-_~+/=' });
    expect(credentialsOf('bearer  abc')).toEqual({ scheme: 'Bearer', token: 'abc' });
    expect(credentialsOf('dpop abc')).toEqual({ scheme: 'DPoP', token: 'abc' });
    for (const header of [
      undefined,
      '',
      'Basic dTpw',
      'Bearer',
      'Bearer a b',
      'Bearer a,b',
      `Bearer ${'a'.repeat(20_000)}`,
    ]) {
      expect(() => credentialsOf(header), header).toThrow(IssueError);
    }
  });

  it('is asked for as RFC 6750 and RFC 9728 say', () => {
    const url = 'https://fhir.example/.well-known/oauth-protected-resource/fhir';
    expect(challenge(['login-required'], url)).toBe(`Bearer realm="fhir", resource_metadata="${url}"`);
    expect(challenge(['token-invalid'], url)).toBe(
      `Bearer realm="fhir", error="invalid_token", resource_metadata="${url}"`,
    );
    expect(challenge(['scope-missing'], url, 'user/List.r')).toContain(
      'error="insufficient_scope", scope="user/List.r"',
    );
    expect(challenge(['not-found'], url)).toBeUndefined();
  });

  it('never lets an address end the header', () => {
    expect(challenge(['login-required'], 'https://x/"\r\nSet-Cookie: a=b')).toBe('Bearer realm="fhir"');
  });
});

describe('without AUTH_JWKS', () => {
  it('no token of another issuer is good, however it is signed', async () => {
    const alone = createTokenVerifier(loadConfig({}));
    await expect(alone(await sign(claims()))).rejects.toThrow('token-invalid');
  });
});
