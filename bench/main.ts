/**
 * `npm run bench`: what the façade costs, as a ratio to a floor that does only network, TLS and XML parse.
 *
 * Two far ends: the simulator (what `npm start` talks to; its own work is in the figures), and a replay of the same
 * bytes that costs next to nothing, on which façade and floor are compared. Options: `--seconds N` (default 5),
 * `--only NAME` (part of a scenario's name; `feed`: the queue of deposits), `--profile DIR` (CPU profile of the façade on the replay).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run, type LoadResult } from './load.ts';
import { freePort, peakMemory, resetPeak, start, type Running } from './processes.ts';
import { outsideJwks } from '../test/support/outside-keys.ts';
import { benchFeed } from './feed.ts';
import { agree, audience, scenarios, type Prepared } from './scenarios.ts';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const seconds = Number(options.seconds);
const work = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-bench-'));
const running: Running[] = [];
const launch = async (...args: Parameters<typeof start>): Promise<Running> => {
  const process = await start(...args);
  running.push(process);
  return process;
};

interface Row {
  name: string;
  side: string;
  result: LoadResult;
  peak: number;
}
const rows: Row[] = [];
interface Ratio {
  name: string;
  ratio: number;
  /** requests to the DMP for one request to the façade */
  exchanges: number;
  /** microseconds of the façade's time a hit */
  perHit?: number;
}
const ratios: Ratio[] = [];
interface Recorded {
  path: string;
  contentType: string;
  request: string;
}
/** Seconds that one request took of the machine. */
const secondsOf = (result: LoadResult): number => 1 / result.perSecond;

async function measure(name: string, side: string, pid: number, prepared: Prepared): Promise<LoadResult> {
  await run({ ...prepared.load, seconds: 1 }); // warm-up
  resetPeak(pid);
  const result = await run({ ...prepared.load, seconds });
  const peak = peakMemory(pid);
  rows.push({ name, side, result, peak });
  process.stdout.write(
    `${name.padEnd(28)} ${side.padEnd(20)} ${result.perSecond.toFixed(1).padStart(9)} req/s   p50 ${result.p50.toFixed(1).padStart(8)} ms   p95 ${result.p95.toFixed(1).padStart(8)} ms   peak ${peak.toFixed(0).padStart(5)} MiB${result.failures > 0 ? `   ${result.failures} FAILED` : ''}\n`,
  );
  return result;
}

try {
  const [portA, portB, soap, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const dataA = path.join(work, 'a');
  const dataB = path.join(work, 'b');
  const common = {
    LOG_LEVEL: 'error',
    AUTH_AUDIENCE: audience,
    SIMULATOR_PSC_PORT: '0',
    SIMULATOR_PSC_TLS_PORT: '0',
    SIMULATOR_PSC_CONTROL_PORT: '0',
    MAX_DOCUMENT_BYTES: '30000000',
    MAX_BODY_BYTES: '60000000',
    PAGE_SIZE_MAX: '1000',
    RATE_LIMIT_CLIENT: '0',
    // What keeps the DMP from being flooded, and what shows a demonstration's last exchanges, is no cost of a façade at work.
    FEED_PACE: '0',
    CONSOLE_EXCHANGES: '0',
  };
  const facade = await launch(
    'tools/start.ts',
    {
      ...common,
      PORT: String(portA),
      DATA_DIR: dataA,
      AUTH_JWKS: outsideJwks(dataA),
      SIMULATOR_PORT: String(soap),
      SIMULATOR_CONTROL_PORT: String(control),
      SIMULATOR_MAX_RESULTS: '20000',
    },
    `http://127.0.0.1:${portA}/health/ready`,
  );
  const { ensurePki } = await import('../tools/pki.ts');
  const pki = await ensurePki(path.join(dataA, 'pki'));
  const tls = {
    BENCH_SERVER_KEY: pki.server.key,
    BENCH_SERVER_CERT: pki.server.chain,
    BENCH_CLIENT_KEY: pki.orgAuth.key,
    BENCH_CLIENT_CERT: pki.orgAuth.chain,
    BENCH_CA: pki.root.cert,
  };
  const replay = await launch('bench/replay.ts', { ...tls, BENCH_UPSTREAM: `https://localhost:${soap}` });
  const floor = await launch('bench/floor.ts', tls);
  const replayed = await launch(
    'tools/start.ts',
    {
      ...common,
      PORT: String(portB),
      DATA_DIR: dataB,
      AUTH_JWKS: outsideJwks(dataB),
      DMP_URL: `${replay.hello.url}/si-dmp-server/v2/services`,
      DMP_TLS_KEY: pki.orgAuth.key,
      DMP_TLS_CERT: pki.orgAuth.chain,
      DMP_SIGN_KEY: pki.orgSign.key,
      DMP_SIGN_CERT: pki.orgSign.chain,
      DMP_CA: pki.root.cert,
    },
    `http://127.0.0.1:${portB}/health/ready`,
    options.profile,
  );
  const mode = (m: 'record' | 'replay') => fetch(`${replay.hello.control}/mode?${m}`, { method: 'POST' });

  await mode('record');
  await agree(`http://127.0.0.1:${portA}/fhir`, dataA);
  await agree(`http://127.0.0.1:${portB}/fhir`, dataB);

  process.stdout.write(
    `\n${os.cpus()[0]?.model ?? 'cpu'}, ${os.cpus().length} cores, Node ${process.version}, ${seconds} s a measurement\n\n`,
  );
  for (const scenario of scenarios) {
    if (options.only && !scenario.name.includes(options.only)) continue;
    const direct = await scenario.prepare(`http://127.0.0.1:${portA}/fhir`, dataA, false);
    await measure(scenario.name, 'façade, simulator', facade.pid, direct);

    await mode('record');
    const through = await scenario.prepare(`http://127.0.0.1:${portB}/fhir`, dataB, true);
    await mode('record'); // what preparing asked does not count
    const { url, method = 'GET', headers, body } = through.load;
    const sample = await fetch(typeof url === 'function' ? url() : url, {
      method,
      headers,
      ...(body ? { body: typeof body === 'function' ? body() : body } : {}),
    });
    const answer = (await sample.arrayBuffer()).byteLength;
    if (!sample.ok) throw new Error(`${scenario.name}: the façade answered ${sample.status} while recording`);
    const recorded = (await (await fetch(`${replay.hello.control}/exchanges`)).json()) as Recorded[];
    await mode('replay');
    const facadeResult = await measure(scenario.name, 'façade, replay', replayed.pid, through);
    await fetch(`${floor.hello.url}/scenario`, {
      method: 'POST',
      body: JSON.stringify({
        exchanges: recorded.map(({ path: at, ...rest }) => ({ upstream: `${replay.hello.url}${at}`, ...rest })),
        answer: scenario.stream ? -1 : answer,
      }),
    });
    const floorResult = await measure(scenario.name, 'floor, replay', floor.pid, {
      // The floor looks at neither address nor content: one body serves, of the size that the façade was given.
      load: {
        ...through.load,
        url: `${floor.hello.url}/`,
        headers: {},
        ...(typeof body === 'function' ? { body: body() } : {}),
      },
    });
    ratios.push({
      name: scenario.name,
      ratio: facadeResult.perSecond / floorResult.perSecond,
      exchanges: recorded.length,
      ...(scenario.hits ? { perHit: (1e6 * secondsOf(facadeResult)) / scenario.hits } : {}),
    });
  }

  process.stdout.write('\nShare of the floor that the façade reaches (requests per second, same far end, same run)\n');
  for (const { name, ratio, exchanges, perHit } of ratios)
    process.stdout.write(
      `${name.padEnd(28)} ${(ratio * 100).toFixed(0).padStart(5)} %   ${exchanges} exchange${exchanges > 1 ? 's' : ' '} with the DMP${perHit ? `   ${perHit.toFixed(0).padStart(5)} µs a hit` : ''}\n`,
    );
  if (!options.only || 'feed'.includes(options.only)) await benchFeed(seconds);
  const failed = rows.filter((r) => r.result.failures > 0);
  if (failed.length > 0) {
    process.stderr.write(`\n${failed.length} measurements had failures: their figures do not count.\n`);
    process.exitCode = 1;
  }
} finally {
  await Promise.all(running.map((p) => p.stop()));
  rmSync(work, { recursive: true, force: true });
}
