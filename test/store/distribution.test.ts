/** The store on a PostgreSQL of the distribution, given by DATABASE_URL. */
import { randomBytes, randomUUID } from 'node:crypto';
import os from 'node:os';
import { expect, it } from 'vitest';
import { openStore } from '../../server/store/index.ts';
import { noDistribution, startDistribution } from '../support/distribution.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('a PostgreSQL of the distribution', noDistribution, () => {
  it('holds the store as the embedded one does', async () => {
    const server = await startDistribution();
    const config = {
      dataDir: os.tmpdir(),
      DATABASE_URL: server.url,
      STORE_KEY: randomBytes(32).toString('base64'),
      SEARCH_TTL_SECONDS: 60,
      STRUCTURE_ID: '1990100109',
    };
    try {
      // Twice, as two instances of the façade that share a database.
      const [one, two] = await Promise.all([openStore(config), openStore(config)]);
      const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
      const [a, b] = await Promise.all([one.patients.byIns(ins), two.patients.byIns(ins)]);
      expect({ ...a, isNew: undefined }).toEqual({ ...b, isNew: undefined });
      const seen = {
        repositoryUniqueId: '1.2.3',
        uniqueId: '1.2.3.4',
        entryUuid: `urn:uuid:${randomUUID()}`,
        mimeType: 'text/xml',
        patientId: a.id,
      };
      const [[first], [second]] = await Promise.all([one.documents.bind([seen]), two.documents.bind([seen])]);
      expect(first!.id).toBe(second!.id);
      const deposit = {
        ...seen,
        uniqueId: '1.2.3.5',
        setId: randomUUID(),
        contentDigest: 'a',
        hash: 'b',
        size: 1,
        labels: [],
      };
      const states = await Promise.all(
        [one, two].map(async (store) => (await store.documents.reserve([deposit]))[0]!.state),
      );
      expect(states.sort()).toEqual(['new', 'pending']);
      await one.ping();
      await one.close();
      await two.close();
    } finally {
      await server.stop();
    }
  });
});
