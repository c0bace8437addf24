/**
 * `npm run audit:export -- --out FILE.ndjson [--from DATE] [--until DATE] [--structure ID]`: AuditEvents as NDJSON, and beside
 * them the chain and the signed manifest by which they can be verified without any database (docs/audit.md). For an
 * external database while the instances run; for the embedded one when the façade is stopped.
 */
import { parseArgs } from 'node:util';
import { recordToAuditEvent } from '../mappings/audit/event.ts';
import { gatewayOf } from '../server/audit/gateway.ts';
import { loadConfig } from '../server/config.ts';
import { exportAudit } from '../server/store/trail/commands.ts';
import { report } from './audit/report.ts';
import { day } from './audit/day.ts';

/** @returns what is said at the end @throws Error saying what is wrong */
export async function main(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string' },
      from: { type: 'string' },
      until: { type: 'string' },
      structure: { type: 'string' },
    },
  });
  if (values.out === undefined) throw new Error('--out FILE.ndjson says where to.');
  const config = loadConfig(env);
  const gateway = gatewayOf(config);
  const criteria = {
    ...(values.from === undefined ? {} : { from: day(values.from) }),
    ...(values.until === undefined ? {} : { until: day(values.until) }),
    ...(values.structure === undefined ? {} : { structure: values.structure }),
  };
  const manifest = await exportAudit(config, values.out, criteria, (record) =>
    recordToAuditEvent(record, gateway, 'fr'),
  );
  const { records, before, unsigned, events } = manifest;
  return [
    `${events.lines} events: ${records} of the chain, ${before} from before it.`,
    ...(unsigned > 0 ? [`${unsigned} are not signed for yet, and not in it: export them later.`] : []),
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) await report(main(process.argv.slice(2), process.env));
