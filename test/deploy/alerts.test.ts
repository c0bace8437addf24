/** The rules for Prometheus: of metrics and labels that there are, and true when they should be, by Prometheus' own tool. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../server/operations/metrics.ts';
import { metricRows } from '../../server/operations/table.ts';
import { root } from '../support/demonstration.ts';
import { describeNeeding } from '../support/shared.ts';

const file = path.join(root, 'deploy/prometheus-rules.yml');
const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: { alert: string; expr: string }[] }[] };
const rules = groups.flatMap((group) => group.rules);

it.each(rules)('$alert asks for what /metrics shows', ({ expr }) => {
  const asked = [...expr.matchAll(/\b(dmp_\w+?)(?:_bucket|_count|_sum)?(?:\{([^}]*)\}|(?!\w))/g)];
  for (const [, name, selector = ''] of asked) {
    const row = metricRows[name as keyof typeof metricRows];
    expect(Object.keys(metricRows)).toContain(name);
    for (const [, label] of selector.matchAll(/(\w+)[!=]/g)) expect(row.labels).toContain(label);
  }
  expect(asked.length > 0 || expr.startsWith('up{')).toBe(true);
});

it('what is alarmed about is there before it happens: the first time counts', async () => {
  const { text } = await createMetrics().page();
  const keys = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/dmp_errors_total\{key="([\w-]+)"\}/g)].map(([, key]) => key!),
  );
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) expect(text).toContain(`dmp_errors_total{key="${key}"} 0`);
});

const lacking = spawnSync('promtool', ['--version']).status === 0 ? undefined : 'promtool is not installed';

describeNeeding('by promtool', lacking, () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'rules-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };

  it('they are well formed', () => {
    expect(promtool('check', 'rules', file)).toMatchObject({ status: 0 });
  });

  it.each([
    ['FacadeFails', 'dmp_errors_total{key="internal"}', '0x10 1x10', '0x20'],
    ['AccessesNotOnRecord', 'dmp_errors_total{key="audit-unavailable"}', '0x10 1x10', '0x20'],
    ['DepositsWait', 'dmp_feed_oldest_seconds{lane="live"}', '3601x20', '3000x20'],
    ['DepositsGivenUp', 'dmp_feed_items{state="exhausted",lane="live"}', '1x20', '0x20'],
    ['AuditNotTakenAway', 'dmp_audit_feed_oldest_seconds', '3601x20', '10x20'],
    ['CertificateEnds', 'dmp_certificate_days{kind="SIGN",of="own"}', '29x20', '30x20'],
    ['DatabaseConnectionsShort', 'dmp_database_connections{state="waiting"}', '1x20', '0x20'],
    ['DmpFails', 'dmp_call_duration_seconds_count{transaction="TD2.1",outcome="network"}', '0+60x20', '0+1x20'],
    ['DmpFails', 'dmp_call_duration_seconds_count{transaction="TD2.1",outcome="network"}', '0+60x20', '7x20'],
    ['FacadeUnreachable', 'up{job="dmp-fhir"}', '0x20', '1x20'],
  ])('%s fires when it should, and not otherwise', (alertname, series, bad, good) => {
    const fires = (values: string): boolean => {
      const tests = path.join(dir, 'tests.yml');
      const alert_rule_test = [{ eval_time: '12m', alertname, exp_alerts: [] }];
      const one = { interval: '1m', input_series: [{ series, values }], alert_rule_test };
      writeFileSync(tests, stringify({ rule_files: [file], evaluation_interval: '1m', tests: [one] }));
      const { status, said } = promtool('test', 'rules', tests);
      if (status !== 0) expect(said).toContain(`alertname: ${alertname}`);
      return status !== 0;
    };
    expect([fires(bad), fires(good)]).toEqual([true, false]);
  });
});
