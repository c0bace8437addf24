/** Who calls over TLS with a client certificate, or without one. */
import { Agent, fetch } from 'undici';
import type { TestPki } from '../server/dmp/pki.ts';

export interface Called {
  status: number;
  headers: { get(name: string): string | null };
  body: Record<string, unknown> & { access_token?: string; error?: string; error_description?: string };
}

/** @param certificate of whom; absent: nobody's */
export function holderOf(pki: TestPki, certificate?: { certificate: string; key: string }) {
  const dispatcher = new Agent({
    connect: {
      ca: pki.root,
      servername: 'localhost',
      ...(certificate ? { cert: certificate.certificate + pki.authority, key: certificate.key } : {}),
    },
  });
  const call = async (url: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}) => {
    const answer = await fetch(url, { dispatcher, ...init });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Called['body'],
    } satisfies Called;
  };
  return {
    get: (url: string, token?: string) =>
      call(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    form: (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
      call(url, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    send: call,
    close: () => dispatcher.destroy(),
  };
}
export type Holder = ReturnType<typeof holderOf>;
