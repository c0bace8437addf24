/** Golden requests of the XDS transactions as they go over HTTP, and a simulator that stands where the story does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Simulator } from '../../../simulator/server.ts';
import { aboutVihf, clientFor } from './golden.ts';
import { control, post } from './http.ts';
import type { TestPki } from './pki.ts';
import { openSoap, projectFault, ruleOf, soapOf } from './project.ts';
import { partsOf, projectXds } from './project-xds.ts';

/** A request: what stands in HTTP's body, one character per octet. */
export interface Message {
  service: 'registry' | 'repository';
  contentType: string;
  /** latin1 of the octets: edits never touch an encoding. */
  octets: string;
}

const actions: Record<string, string> = {
  'td3-1a': 'urn:ihe:iti:2007:RegistryStoredQuery',
  'td3-1b': 'urn:ihe:iti:2007:RegistryStoredQuery',
  'td3-1c': 'urn:ihe:iti:2007:RegistryStoredQuery',
  'td3-2': 'urn:ihe:iti:2007:RetrieveDocumentSet',
  'td3-3a': 'urn:ihe:iti:2010:UpdateDocumentSet',
  'td3-3b': 'urn:ihe:iti:2010:UpdateDocumentSet',
  'td3-3c': 'urn:ihe:iti:2010:UpdateDocumentSet',
  'td3-3d': 'urn:ihe:iti:2010:UpdateDocumentSet',
};

/** A golden request; `.http` files hold their own headers. `file`: `td2-1/01-request-new.http`. */
export function readMessage(dir: string, file: string): Message {
  const octets = readFileSync(join(dir, 'wire/messages', file)).toString('latin1');
  const service = /^td3-[13]/.test(file) ? 'registry' : 'repository';
  if (!file.endsWith('.http')) {
    const action = actions[file.split('/')[0]!]!;
    return { service, contentType: `application/soap+xml; charset=UTF-8; action="${action}"`, octets };
  }
  const end = octets.indexOf('\r\n\r\n');
  const contentType = /^content-type: (.*)$/im.exec(octets.slice(0, end))![1]!.trim();
  return { service, contentType, octets: octets.slice(end + 4) };
}

/** Text of a message, for an edit: UTF-8 seen as the characters it stands for. */
export const edit = (message: Message, change: (text: string) => string): Message => ({
  ...message,
  octets: Buffer.from(change(Buffer.from(message.octets, 'latin1').toString('utf8'))).toString('latin1'),
});

export interface Reply {
  status: number;
  facts: Record<string, unknown>;
  /** For a fault: the rule that spoke (soap:Detail). */
  rule: string | null;
  /** The envelope's text. */
  xml: string;
  action: string | null;
  relatesTo: string | null;
}

/** Sends a message as it is. */
export async function send(simulator: Simulator, pki: TestPki, message: Message): Promise<Reply> {
  const body = Buffer.from(message.octets, 'latin1');
  const client = await clientFor(pki, body.toString('utf8'));
  const answer = await post(simulator, pki, {
    service: message.service,
    contentType: message.contentType,
    body,
    client,
  });
  const xml = soapOf(answer.contentType, answer.body);
  const { content, action, relatesTo } = openSoap(xml);
  const fault = projectFault(content);
  const facts = fault === undefined ? projectXds(content, partsOf(answer.contentType, answer.body)) : { ...fault };
  return { status: answer.status, facts, rule: ruleOf(content), xml, action, relatesTo };
}

/** Puts the story where it stands at the message's instant: clock fixed there, world seeded anew. */
export async function standAt(simulator: Simulator, message: Message, seed = 'story'): Promise<void> {
  const { instant } = aboutVihf(Buffer.from(message.octets, 'latin1').toString('utf8'));
  await control(simulator, 'POST', 'clock', { instant: instant.toISOString() });
  await control(simulator, 'POST', 'seed', { name: seed });
}
