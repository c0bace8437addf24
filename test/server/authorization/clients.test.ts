import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../../server/authorization/provider/clients.ts';
import { mutualTls } from '../../../server/authorization/provider/mtls.ts';
import { choicesOf } from '../../../server/authorization/choices.ts';
import { client, FakePsc, lesTilleuls, leVerger, neighbours } from '../../support/authorization.ts';
import { testPki } from '../dmp/pki.ts';

const spoken = new Set(['authorization_code', 'refresh_token']);

describe('a registered client, as oidc-provider knows it', () => {
  it('has nothing that this server does not speak, and answers in the query alone', () => {
    const metadata = metadataOf(client('a', { grants: ['authorization_code', 'client_credentials'] }), spoken);
    expect(metadata).toMatchObject({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      response_modes: ['query'],
    });
    expect(metadataOf(client('b', { grants: ['client_credentials'] }), spoken)).toMatchObject({
      grant_types: [],
      response_types: [],
    });
  });

  it('is native by a scheme of its own', () => {
    expect(metadataOf(client('a'), spoken).application_type).toBe('web');
    const native = client('a', { redirectUris: ['https://app.example/x', 'example.app:/callback'] });
    expect(metadataOf(native, spoken).application_type).toBe('native');
  });
});

describe('a client’s certificate', () => {
  it('is held against the subject that is registered, in either order, and in full', async () => {
    const { client: held } = await testPki();
    const certificate = new X509Certificate(held.certificate);
    const parts = certificate.subject.split('\n');
    const names = [parts.join(','), [...parts].reverse().join(',')];
    const { certificateSubjectMatches } = mutualTls(() => true);
    const ctx = {
      req: {
        socket: { remoteAddress: '127.0.0.1' },
        headersDistinct: { 'client-cert': [`:${certificate.raw.toString('base64')}:`] },
      },
    } as never;
    const matches = (expected: string) => certificateSubjectMatches!(ctx, 'tls_client_auth_subject_dn', expected);
    for (const name of names) expect(matches(name), name).toBe(true);
    for (const name of [parts.slice(1).join(','), `${names[0]},OU=more`, names[0]!.replace(/CN=[^,]+/, 'CN=other'), ''])
      expect(matches(name), name).toBe(false);
    expect(certificateSubjectMatches!(ctx, 'tls_client_auth_san_dns', names[0]!)).toBe(false);
  });
});

describe('as whom a professional may act', () => {
  const { parts, structures } = neighbours([]);
  const both = client('a', { structures: [leVerger, lesTilleuls, 'unknown'] });
  const { who } = new FakePsc();
  const here = { ...who.situations[0]!, id: '0.0', structureIds: ['x', leVerger] };
  const nowhere = { ...who.situations[0]!, id: '1.0', structureIds: [] };
  const of = (situations: typeof who.situations) =>
    choicesOf({ ...who, situations }, both, parts.structures).map((o) => `${o.situation.id} ${o.structure.id}`);

  it('is where a situation and the client meet, at structures in force', () => {
    expect(of([here, nowhere])).toEqual([`0.0 ${leVerger}`]);
    expect(of([nowhere])).toEqual([]);
  });

  it('is at a structure that lists them in any situation, unless one of theirs is there', () => {
    const listed = { ...structures.get(lesTilleuls)!, professionals: [who.personId] };
    structures.set(lesTilleuls, listed);
    expect(of([here, nowhere])).toEqual([`0.0 ${leVerger}`, `0.0 ${lesTilleuls}`, `1.0 ${lesTilleuls}`]);
    structures.set(lesTilleuls, { ...listed, professionals: [], administrators: [who.personId] });
    expect(of([nowhere])).toEqual([`1.0 ${lesTilleuls}`]);
  });
});
