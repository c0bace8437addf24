/** One far end for a test file, clients that are closed after each test, and what their observer heard. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { findDocuments } from '../../../mappings/query.ts';
import type { CallOutcome } from '../../../server/dmp/followers.ts';
import { td3_1, type QueryAnswer } from '../../../server/dmp/transactions/td3-1.ts';
import type { CallContext, CallDetails, DmpClient } from '../../../server/dmp/types.ts';
import { envelope, startFarEnd, type FarEnd, type Reply } from './far-end.ts';
import { testPki, type TestPki } from './pki.ts';
import type { StructureMaterial } from '../../../server/registry/types.ts';
import { byDoctor, clientOf, type TestClient } from './setup.ts';

export interface Call {
  name: string;
  outcome: CallOutcome;
  details: CallDetails;
}

export interface Wire {
  pki: TestPki;
  far: FarEnd;
  calls: Call[];
  /** @param ca PEM of the authorities that vouch for the far end */
  client(settings?: Record<string, string>, material?: StructureMaterial, url?: string, ca?: string): TestClient;
}

/** To be called once, at the top of a test file. */
export function wire(): Wire {
  const opened: TestClient[] = [];
  const self = {
    calls: [] as Call[],
    client(settings = {}, material, url = self.far.url, ca) {
      const made = clientOf(self.pki, url, settings, {
        onCall: (name, outcome, ms, details) => {
          expect(ms).toBeGreaterThanOrEqual(0);
          self.calls.push({ name, outcome, details });
        },
        ...(material ? { material } : {}),
        ...(ca === undefined ? {} : { ca }),
      });
      opened.push(made);
      return made;
    },
  } as Wire;
  beforeAll(async () => {
    self.pki = await testPki();
    self.far = await startFarEnd(self.pki);
  }, 60_000);
  afterEach(async () => {
    self.calls.length = 0;
    self.far.received.length = 0;
    await Promise.all(opened.splice(0).map((c) => c.close()));
  });
  afterAll(() => self.far.close());
  return self;
}

/** A list by the doctor. */
export const list = (c: DmpClient, context: CallContext = byDoctor): Promise<QueryAnswer> =>
  c.call(td3_1, findDocuments('x'), context);

export const soapType = 'application/soap+xml; charset=UTF-8';
export const emptyList =
  '<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>';
export const success =
  '<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>';

/** Answers with a body made from the request's id. */
export const say =
  (body: (messageId: string) => string | Buffer, contentType = soapType, status = 200): Reply =>
  ({ messageId }, response) =>
    response.writeHead(status, { 'content-type': contentType }).end(body(messageId));

/** An empty list. */
export const good = say((id) => envelope(emptyList, id));
