/** SMART Backend Services: a token for a few minutes, by an assertion that names the person who answers (docs/servers-and-proxies.md). */
import { readFileSync } from 'node:fs';
import { importJWK, type JWK } from 'jose';
import { backendAssertion } from '../demo/assertion.ts';
import { CommandError, exitCodes } from './errors.ts';
import type { Fetch } from './client.ts';
import { isSafeUrl, type Settings } from './settings.ts';

/** Before its end a new one is taken. Milliseconds. */
const slack = 30_000;

interface Answer {
  access_token?: string;
  expires_in?: number;
  error?: string;
  error_description?: string;
}

/** @returns a function that gives a token that is good for a while; `again` throws the one that was refused away */
export function tokenSource(settings: Settings, fetch: Fetch): (again?: boolean) => Promise<string> {
  let held: { token: Promise<string>; until: number } | undefined;
  return (again = false) => {
    if (held && !again && Date.now() < held.until) return held.token;
    const fresh = take(settings, fetch);
    const mine = { token: fresh.then(({ token }) => token), until: Date.now() + slack };
    held = mine;
    fresh.then(
      ({ seconds }) => (mine.until = Date.now() + Math.max(0, seconds * 1000 - slack)),
      () => (held = undefined),
    );
    return mine.token;
  };
}

async function take(settings: Settings, fetch: Fetch): Promise<{ token: string; seconds: number }> {
  const endpoint = settings.tokenUrl ?? (await discover(settings.base, fetch));
  const jwk = readKey(settings.key);
  const [system, code] = settings.personRole.split('|');
  const assertion = await backendAssertion(
    { client: settings.client, key: await importJWK(jwk, jwk.alg), alg: jwk.alg, kid: jwk.kid },
    endpoint,
    {
      family_name: settings.personFamily,
      given_name: settings.personGiven,
      extensions: {
        ihe_iua: {
          subject_name: `${settings.personGiven} ${settings.personFamily}`,
          subject_role: { system, code },
          subject_organization: settings.structureName,
          subject_organization_id: settings.structure,
          national_provider_identifier: settings.personId,
          purpose_of_use: 'normal',
        },
        dmp: settings.administrator === true ? { structure_administrator: true } : {},
      },
    },
  );
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope: settings.scope,
    }).toString(),
  });
  const body = (await answer.json().catch(() => ({}))) as Answer;
  if (!answer.ok || body.access_token === undefined)
    throw new CommandError(
      `${endpoint}: ${answer.status} ${body.error ?? ''} ${body.error_description ?? ''}`.trim(),
      exitCodes.failed,
    );
  return { token: body.access_token, seconds: body.expires_in ?? 60 };
}

/** @throws CommandError */
function readKey(file: string): JWK & { alg: string; kid: string } {
  try {
    const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK;
    if (jwk.kid === undefined || jwk.alg === undefined || jwk.d === undefined) throw new Error('kid, alg, d');
    return { ...jwk, kid: jwk.kid, alg: jwk.alg };
  } catch (cause) {
    const { code = 'JWK: kid, alg, d' } = cause as NodeJS.ErrnoException;
    throw new CommandError(`--key ${file} (${code})`, exitCodes.usage, { cause });
  }
}

async function discover(base: string, fetch: Fetch): Promise<string> {
  const answer = await fetch(`${base}/.well-known/smart-configuration`, {});
  const { token_endpoint: endpoint } = (await answer.json().catch(() => ({}))) as { token_endpoint?: string };
  if (endpoint === undefined || !isSafeUrl(endpoint)) throw new CommandError('--token-url', exitCodes.usage);
  return endpoint;
}
