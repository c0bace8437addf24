/** Readiness from its checks: what hangs, what fails, what is asked how often. */
import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { checksOf, type Check } from '../../../server/operations/checks.ts';
import { healthRouter } from '../../../server/operations/health.ts';
import { openTestStore } from '../../support/store.ts';

const serving = (checks: Record<string, Check>) => {
  const app = express();
  app.use(
    healthRouter({
      checks,
      factsOf: () => ({}),
      sendJson: (_req, res, status, value) => void res.status(status).json(value),
    }),
  );
  return request(app);
};

describe('readiness', () => {
  it('is that of the worst check; what fails says nothing of why', async () => {
    const look = (state: 'ok' | 'degraded') => ({ look: () => Promise.resolve(state) });
    const failing = { look: () => Promise.reject(new Error('secret')) };
    const degraded = await serving({ a: look('ok'), b: look('degraded') }).get('/ready');
    expect([degraded.status, degraded.body]).toEqual([200, { status: 'degraded', checks: { a: 'ok', b: 'degraded' } }]);
    const failed = await serving({ a: failing, b: look('degraded') }).get('/ready');
    expect([failed.status, failed.body]).toEqual([503, { status: 'failed', checks: { a: 'failed', b: 'degraded' } }]);
  });

  it('does not wait for what hangs, and looks no second time while it does', { timeout: 30_000 }, async () => {
    let looks = 0;
    const hanging: Check = { look: () => (looks++, new Promise(() => undefined)) };
    const http = serving({ hanging });
    const answers = await Promise.all([http.get('/ready'), http.get('/ready')]);
    expect(answers.map(({ body }) => body as unknown)).toEqual(
      Array(2).fill({ status: 'failed', checks: { hanging: 'failed' } }),
    );
    expect(looks).toBe(1);
  });

  it('keeps what was seen for as long as it is good, and looks anew when nothing is', async () => {
    const looks = { kept: 0, anew: 0 };
    const http = serving({
      kept: { look: () => (looks.kept++, Promise.resolve('ok')), keptMs: 600_000 },
      anew: { look: () => (looks.anew++, Promise.resolve('ok')) },
    });
    for (let i = 0; i < 3; i++) await http.get('/ready');
    expect(looks).toEqual({ kept: 1, anew: 3 });
  });
});

describe('the checks', () => {
  it('fail with the database, and with keys that cannot be opened; not with the DMP', async () => {
    const test = await openTestStore();
    await test.store.close();
    const gone = () => Promise.reject(new Error('gone'));
    const checks = checksOf({ config: loadConfig({}), store: test.store, reachDmp: gone, openKeys: gone });
    const { body } = await serving(checks).get('/ready');
    await test.database.drop();
    expect(body).toEqual({
      status: 'failed',
      checks: { database: 'failed', audit: 'failed', keys: 'failed', dmp: 'degraded' },
    });
  });
});
