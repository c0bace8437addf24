/** The take-over's command line as a child process, and the façade that it speaks to over TLS, for the end-to-end tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Consent, Patient, Resource } from '@medplum/fhirtypes';
import { exportJWK } from 'jose';
import { Agent, fetch } from 'undici';
import { loadConfig } from '../../server/config.ts';
import { variableOf } from '../../tools/takeover/settings.ts';
import { testPki } from '../server/dmp/pki.ts';
import { clientKey } from './assertions.ts';
import { client, lesTilleuls, leVerger, neighbours } from './authorization.ts';
import { fedResource, ippDomain } from './identity-doors.ts';
import { makeToken, type TokenOptions } from './outside-issuer.ts';
import { consent, type Who } from './resources.ts';
import { startStack } from './stack.ts';

const bin = path.resolve('tools/takeover/bin.mjs');
const administrator = '3990100109/DIR-01';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Asked<T> {
  status: number;
  headers: { get(name: string): string | null };
  text: string;
  body: T;
}

/** @param settings of the façade */
export async function startTakeover(settings: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dmp-takeover-e2e-'));
  const file = (name: string, content: string | Buffer): string => {
    const at = path.join(folder, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, content);
    return at;
  };
  const pki = await testPki();
  const ca = file('ca.pem', pki.root);
  const key = await clientKey('ES384');
  const jwk = { ...(await exportJWK(key.key)), kid: key.jwk.kid, alg: 'ES384' };
  const around = neighbours([
    client('reprise', {
      authMethod: 'private_key_jwt',
      grants: ['client_credentials'],
      scopes: ['system/DocumentReference.c', 'system/Patient.rs', 'system/Task.ru'],
      jwks: { keys: [key.jwk] },
      ...{ redirectUris: [], postLogoutRedirectUris: [], origins: [] },
    }),
  ]);
  // Its administrator, whom a server may name as such.
  Object.assign(around.parts.structures.of(leVerger)!, { administrators: [administrator] });
  const stack = await startStack(
    {
      TLS_CERT: file('server.pem', pki.server.certificate + pki.authority),
      TLS_KEY: file('server.key', pki.server.key),
      STRUCTURE_ADMINISTRATORS: administrator,
      FEED_TAKEOVER_HOURS: 'always',
      FEED_PACE: '0',
      ...settings,
    },
    {},
    { authorization: around.parts, consents: false, second: around.parts.structures.of(lesTilleuls)! },
  );
  const config = loadConfig(stack.environment);
  const agent = new Agent({ connect: { ca: pki.root } });

  async function ask<T = Resource>(
    who: TokenOptions,
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Asked<T>> {
    const answer = await fetch(`${stack.base}${url}`, {
      method,
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${await makeToken(config, who)}`,
        accept: 'application/fhir+json',
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: (isJson ? JSON.parse(text) : undefined) as T };
  }

  const environment: Record<string, string> = Object.fromEntries(
    Object.entries({
      ...{ base: stack.base, structure: leVerger, structureName: 'EHPAD FICTIF LE VERGER', client: 'reprise' },
      ...{ key: file('key.json', JSON.stringify(jwk)), ca, patientSystem: ippDomain },
      ...{ personId: '899700204581', personFamily: 'LE BIHAN', personGiven: 'YANN' },
      ...{ personRole: 'urn:oid:1.2.250.1.71.1.2.7|60', insSystem: 'urn:oid:1.2.250.1.213.1.4.10' },
      ...{ contactName: 'Léa FICTIVE', contactEmail: 'lea@verger.example' },
    }).map(([name, value]) => [variableOf(name), value]),
  );

  function begin(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => (out[stream] += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...out })));
    return { child, ended };
  }

  return {
    ...{ stack, folder, file, ask, begin, environment, bin },
    /** Runs the command line to its end. */
    run: (...args: string[]): Promise<Ended> => begin(args).ended,
    /** As the structure's administrator, for `confirm`. */
    asAdministrator: [
      ...['--administrator', 'true', '--person-id', administrator],
      ...['--person-family', 'ARSENAULT', '--person-given', 'CLAIRE'],
      ...['--person-role', 'urn:oid:1.2.250.1.213.1.6.1.140|99'],
    ],
    /** Feeds an identity, and says what the patient allows. */
    async meet(who: Who, ipp: string, decision: 'permit' | 'deny' = 'permit', more: Partial<Patient> = {}) {
      const at = `/Patient?identifier=${encodeURIComponent(`${ippDomain}|${ipp}`)}`;
      const fed = await ask<Patient>({ person: 'nurse' }, 'PUT', at, fedResource(who, ipp, more));
      if (fed.status > 201) throw new Error(fed.text);
      const said = await ask<Consent>({ person: 'nurse' }, 'POST', '/Consent', consent(who, 'feeding', decision));
      if (said.status > 201) throw new Error(said.text);
    },
    /** Whole lines of the journal that answer something. */
    answered(state: string): number {
      const at = path.join(state, 'journal.ndjson');
      const text = existsSync(at) ? readFileSync(at, 'utf8') : '';
      return text.split('\n').filter((line) => line.startsWith('{"answer"')).length;
    },
    async close() {
      await agent.close();
      await stack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type TakeoverWorld = Awaited<ReturnType<typeof startTakeover>>;
