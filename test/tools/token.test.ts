/** `npm run -s token`, as a process beside a façade that runs: what the tokens stand for is asked of the façade. */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent, Bundle, Parameters } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { Browser } from '../../tools/demo/browser.ts';
import { walkOn } from '../../tools/demo/login.ts';
import { demonstration, freePort, root, runToken, spawnToken, tokenOf } from '../support/demonstration.ts';
import { INS_TEST, patients } from '../support/resources.ts';

const { dir, place, running } = demonstration('token');

async function get<T>(url: string, token: string): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${running.url}${url}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as T };
}
/** Limits that `$my-rights` tells of a transaction. */
async function limits(token: string, transaction: string): Promise<string> {
  const { body } = await get<Parameters>('/$my-rights', token);
  const right = body.parameter?.find((p) => p.part?.some((q) => q.valueString === transaction));
  return JSON.stringify(right?.part?.find(({ name }) => name === 'allowed'));
}
const failure = async (...args: string[]): Promise<{ stdout: string; stderr: string }> => {
  const failed: unknown = await runToken(place, ...args).catch((error: unknown) => error);
  expect(failed, args.join(' ')).toMatchObject({ code: 1, stdout: '' });
  return failed as { stdout: string; stderr: string };
};

describe('npm run -s token', { timeout: 120_000 }, () => {
  it('prints a token and nothing else; the nurse may deposit, and the DMP lets only Pro Santé Connect read', async () => {
    const { stdout, stderr } = await runToken(place);
    expect(stdout).toMatch(/^[\w-]{43}\n$/);
    expect(stderr).toBe('');
    const token = stdout.trim();
    expect(await limits(token, 'TD2.1')).toContain('"yes"');
    expect(await limits(token, 'TD3.1a')).not.toContain('"yes"');
  });

  it('gives the doctor, signed in by Pro Santé Connect, what a reader needs', async () => {
    expect(await limits(await tokenOf(place, 'doctor'), 'TD3.1a')).toContain('"yes"');
  });

  it('gives a server system scopes, and others when they are asked for', async () => {
    const token = await tokenOf(place, 'backend');
    const search = `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;
    expect((await get(search, token)).status).toBe(200);
    const narrow = await tokenOf(place, 'backend', '--scope', 'system/AuditEvent.rs');
    expect((await get(search, narrow)).status).toBe(403);
  });

  it('says what was not granted', async () => {
    const { stdout, stderr } = await runToken(place, '--scope', 'user/Patient.rs user/List.d');
    expect(stdout).toMatch(/^[\w-]{43}\n$/);
    expect(stderr).toBe('Not granted: user/List.d\n');
  });

  it('opens the record of one patient in an emergency, with what the command line says', async () => {
    const story = ['doctor', '--purpose', 'bris_de_glace'];
    const others = ['--patient', patients.P2.ins, '--reason', 'Malaise, traitement inconnu de tous'];
    const documents = (ins: string) =>
      `/DocumentReference?status=current&patient.identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
    const wrong = await get(documents(patients.P1.ins), await tokenOf(place, ...story, ...others));
    expect(wrong.status).toBe(403);
    const traits = await tokenOf(place, ...story, ...others, '--confirmed', 'NOBODY,AT ALL,1950-02-18');
    expect((await get(documents(patients.P2.ins), traits)).status).toBe(403);
    const { body } = await get<Parameters>('/$my-rights', await tokenOf(place, ...story));
    expect(body.parameter?.find(({ name }) => name === 'purpose')).toMatchObject({ valueCode: 'bris_de_glace' });
    expect((await failure(...story, '--reason', 'none')).stderr).toContain('20');
    expect((await failure(...story, '--confirmed', 'LEPRATE,MARC')).stderr).toContain('FAMILY,GIVEN');
  });

  it('asks for the connexion secrète on the page of consent', async () => {
    // An adult's record is refused to it, once it is certain that it is an adult's (docs/rights.md).
    const fed = await fetch(`${running.url}/Patient?identifier=urn:oid:2.16.840.1.113883.19.7602.9%7CIPP-000042`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await tokenOf(place)}`, 'content-type': 'application/fhir+json' },
      body: await readFile(path.join(root, 'docs/examples/identity.json'), 'utf8'),
    });
    expect(fed.status).toBe(201);
    const search = `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;
    expect((await get(search, await tokenOf(place, 'doctor'))).status).toBe(200);
    for (const asker of ['doctor', 'nurse']) {
      const { status, body } = await get(search, await tokenOf(place, asker, '--secret'));
      expect([status, JSON.stringify(body)]).toEqual([403, expect.stringContaining('secret-adult')]);
    }
  });

  it('launches the app for a patient', async () => {
    const scopes = ['--scope', 'launch/patient patient/Patient.rs', '--patient', patients.P1.ins];
    const token = await tokenOf(place, 'doctor', ...scopes);
    const search = (ins: string) => `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
    expect((await get(search(patients.P1.ins), token)).status).toBe(200);
    expect((await get(search(patients.P2.ins), token)).status).toBe(403);
  });

  it('makes the director the administrator of the record', async () => {
    const token = await tokenOf(place, 'admin');
    const { body } = await get<Bundle<AuditEvent>>('/AuditEvent?date=ge2026-01-01&subtype=login', token);
    expect(body.entry?.length).toBeGreaterThan(0);
  });

  it('keeps the key of the server to itself', async () => {
    const file = path.join(dir, 'data/auth/demo-dui.jwk.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('d');
  });

  it('says how it is used, when the purpose is refused, and when nothing answers', async () => {
    expect((await failure('burglar')).stderr).toContain('nurse | doctor');
    expect((await failure('--nonsense')).stderr).toContain('nurse | doctor');
    expect((await failure('doctor', '--purpose', 'centre_15')).stderr).toContain('regulation');
    const elsewhere = { ...place, PORT: String(await freePort()) };
    for (const args of [[], ['doctor'], ['--browser']]) {
      const failed: unknown = await runToken(elsewhere, ...args).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('npm start') as string });
    }
    const stranger = { ...place, DATA_DIR: path.join(dir, 'other') };
    const failed: unknown = await runToken(stranger).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('DATA_DIR') as string });
  });
});

describe('npm run -s token -- --browser', { timeout: 120_000 }, () => {
  /** Starts it. @returns the address that it wants opened */
  async function waiting() {
    const child = spawnToken(place, '--browser');
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    const address = () => /^ {2}(http\S+)$/m.exec(err)?.[1];
    while (address() === undefined && child.exitCode === null) await sleep(50);
    return { ended: once(child, 'close'), url: new URL(address()!), out: () => out, err: () => err };
  }
  const passAs = (person: string, action: string) => async (sentTo: URL) => {
    const browser = new Browser(sentTo.origin);
    return (await browser.submit(await browser.go(sentTo), '/auth/login', { person, action })).url;
  };
  /** As a person in a browser does. @returns the last page: the command's own */
  async function signIn(url: URL, action = 'login'): Promise<Response> {
    const browser = new Browser(url.origin);
    const place = await walkOn(browser, await browser.go(url), { situation: {} }, passAs('899700101233', action));
    return fetch(place.url);
  }

  it('prints the token of who signed in, and says so in the browser', async () => {
    const command = await waiting();
    const page = await signIn(command.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('fermer cette page');
    const [code] = (await command.ended) as [number];
    expect([code, command.out()]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/)]);
    expect(command.err()).not.toContain(command.out().trim());
    expect(await limits(command.out().trim(), 'TD3.1a')).toContain('"yes"');
  });

  it('takes no answer to another request, and ends with the reason', async () => {
    const command = await waiting();
    const back = new URL(command.url.searchParams.get('redirect_uri')!);
    back.search = '?state=another&code=stolen';
    expect((await fetch(back)).status).toBe(400);
    const [code] = (await command.ended) as [number];
    expect([code, command.out()]).toEqual([1, '']);
    expect(command.err()).toContain('not to this request');
  });
});
