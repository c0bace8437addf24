/**
 * `npm run audit:prune -- --before DATE --exported FILE.manifest.json`: deletes the records that are older than the date, than
 * AUDIT_RETENTION_YEARS, and in the export, which is verified first, as the trail is (docs/audit.md). With the embedded
 * database when the façade is stopped.
 */
import { parseArgs } from 'node:util';
import { loadConfig } from '../server/config.ts';
import { pruneAudit } from '../server/store/trail/commands.ts';
import { feedId } from '../server/store/trail/feed.ts';
import { day } from './audit/day.ts';
import { report } from './audit/report.ts';

/** @returns what is said at the end @throws Error saying what is wrong */
export async function main(args: string[], env: NodeJS.ProcessEnv, now = new Date()): Promise<string> {
  const { values } = parseArgs({ args, options: { before: { type: 'string' }, exported: { type: 'string' } } });
  if (values.before === undefined || values.exported === undefined)
    throw new Error('--before DATE and --exported FILE.manifest.json say what may go.');
  const config = loadConfig(env);
  const { pruned, number } = await pruneAudit(config, {
    before: day(values.before),
    exported: values.exported,
    years: config.AUDIT_RETENTION_YEARS,
    now,
    ...(config.AUDIT_FEED === 'none' ? {} : { feed: feedId(config.AUDIT_FEED) }),
  });
  return `${pruned?.records ?? 0} records deleted, as checkpoint ${number} says. Keep the export.`;
}

if (process.argv[1] === import.meta.filename) await report(main(process.argv.slice(2), process.env));
