/**
 * `npm run -s admin -- <command>`: registers structures, their certificates and OAuth clients (docs/registration.md), and
 * records feeding rules (docs/feeding-rules.md). Works on the
 * database of the façade, also the embedded one while the façade runs; what it changes, running instances see within seconds.
 *
 * Secrets are read from files or the standard input, never from the command line, which others can see.
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { errorRow, sentence } from '../mappings/errors.ts';
import { IssueError } from '../mappings/outcome.ts';
import { loadConfig } from '../server/config.ts';
import { rulesAdministration } from '../server/feed/rules/administration.ts';
import { administration } from '../server/registry/administration/index.ts';
import type { WatchedCertificate } from '../server/registry/expiry.ts';
import { openRegistry } from '../server/registry/index.ts';
import { openStoreBeside } from '../server/store/index.ts';
import { type Command, commands } from './admin/commands.ts';
import { parseable } from './admin/options.ts';
import { printed } from './admin/print.ts';

class UsageError extends Error {}

const line = (noun: string, verb: string, { operands, help }: Command): string =>
  `  ${[noun, verb, ...operands].join(' ').padEnd(34)}${help}`;

const usage = (): string =>
  [
    'npm run -s admin -- COMMAND [OPTIONS] [--json]     (COMMAND --help: its options)',
    '',
    ...Object.entries(commands).flatMap(([noun, verbs]) =>
      Object.entries(verbs).map(([verb, command]) => line(noun, verb, command)),
    ),
  ].join('\n');

const usageOf = (noun: string, verb: string, command: Command): string =>
  [
    line(noun, verb, command).trim(),
    ...command.options.map(({ flag, kind, help }) => `  --${(kind === 'yes' ? flag : `${flag} …`).padEnd(30)}${help}`),
  ].join('\n');

interface Asked {
  command: Command;
  operands: string[];
  values: Record<string, string | boolean | string[] | undefined>;
  isJson: boolean;
}

/** @returns what to print when nothing is to be done. @throws UsageError */
function asked(argv: readonly string[]): Asked | string {
  const [noun = '', verb = '', ...rest] = argv;
  if (argv.length === 0 || (argv.includes('--help') && !Object.hasOwn(commands, noun))) return usage();
  const command = Object.hasOwn(commands, noun) ? commands[noun]?.[verb] : undefined;
  if (command === undefined) throw new UsageError(usage());
  let parsed;
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      allowNegative: true,
      options: { ...parseable(command.options), json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usageOf(noun, verb, command)}`);
  }
  const { json, help, ...values } = parsed.values;
  if (help === true) return usageOf(noun, verb, command);
  if (parsed.positionals.length !== command.operands.length) throw new UsageError(usageOf(noun, verb, command));
  return { command, operands: parsed.positionals, values, isJson: json === true };
}

async function run({ command, operands, values, isJson }: Asked): Promise<void> {
  const config = loadConfig();
  const store = await openStoreBeside(config);
  try {
    const registry = await openRegistry(config, store.registry, { pollMs: 0 });
    const admin = administration(config, store.registry, registry);
    const author = { by: 'cli', account: os.userInfo().username } as const;
    const rules = rulesAdministration(store.feedingRules);
    const result = await command.run({ admin, rules, author, operands, values });
    console.log(isJson ? JSON.stringify(result, null, 2) : printed(result));
    if (command === commands['certificate']?.['check'] && !(result as WatchedCertificate[]).every(isWell))
      process.exitCode = 2;
  } finally {
    await store.close();
  }
}

const isWell = ({ standing }: WatchedCertificate): boolean => standing === 'valid';

/** One line for each thing that is wrong. */
function explained(error: unknown): string {
  if (!(error instanceof IssueError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(
      ({ key, expression, values }) => `${expression ? `${expression}: ` : ''}${sentence(errorRow(key), 'en', values)}`,
    )
    .join('\n');
}

if (process.argv[1] === import.meta.filename) {
  try {
    const call = asked(process.argv.slice(2));
    if (typeof call === 'string') console.log(call);
    else await run(call);
  } catch (error) {
    console.error(explained(error));
    process.exitCode = 1;
  }
}
