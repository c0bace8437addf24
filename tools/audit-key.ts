/**
 * `npm run audit:key -- list`: the public keys of the audit trail and when they were in force; `-- export`: as JWKS, for
 * `audit:verify --public-key`; `-- rotate`: puts a new key of the store in force, introduced by a checkpoint that the old one signs.
 */
import { loadConfig } from '../server/config.ts';
import { rotateAuditKey, verifyAudit } from '../server/store/trail/commands.ts';
import { thumbprint } from '../server/store/trail/checkpoint.ts';
import { report } from './audit/report.ts';

const commands: Record<string, (env: NodeJS.ProcessEnv) => Promise<string>> = {
  async list(env) {
    const { keys } = await verifyAudit(loadConfig(env));
    return keys
      .map((key) => `${key.thumbprint} (${key.publicJwk.crv ?? ''}) ${key.from} – ${key.until ?? 'in force'}`)
      .join('\n');
  },
  async export(env) {
    const { keys } = await verifyAudit(loadConfig(env));
    return JSON.stringify(
      { keys: keys.map((key) => ({ kid: key.thumbprint, use: 'sig', ...key.publicJwk })) },
      null,
      2,
    );
  },
  async rotate(env) {
    const { number, key } = await rotateAuditKey(loadConfig(env));
    return `Checkpoint ${number} puts key ${key ? thumbprint(key) : ''} in force.`;
  },
};

/** @returns what is said at the end @throws Error saying what is wrong */
export async function main([name = '']: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const command = commands[name];
  if (command === undefined) throw new Error('list, export or rotate.');
  return command(env);
}

if (process.argv[1] === import.meta.filename) await report(main(process.argv.slice(2), process.env));
