/** The commands about feeding rules (docs/feeding-rules.md): a decision is a file, JSON or YAML, that is imported and exported. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { RulesVersion } from '../../server/feed/rules/administration.ts';
import type { Command } from './commands.ts';
import { inputOf, type Option } from './options.ts';

const structure = ['STRUCTURE'];
const file: Option = { flag: 'file', to: 'rules', kind: 'yaml', help: 'JSON or YAML; - is stdin' };
const base: Option = {
  flag: 'base',
  kind: 'text',
  help: 'number of the last version, which this one follows; 0: none yet',
};
const to: Option = { flag: 'to', kind: 'text', help: 'file that is written: .json, or YAML' };
const which: Option = { flag: 'version', kind: 'text', help: 'number of a version; by default the last one' };

/** Of an option that is a number. @throws Error */
function numberOf(option: Option, given: unknown): number {
  if (typeof given === 'string' && /^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`--${option.flag}: ${option.help}`);
}

/** What is imported again as it is. */
const decisionOf = ({ decision, effectiveFrom, rules, otherwise }: RulesVersion) => ({
  ...{ decision, effectiveFrom, rules, otherwise },
});

export const ruleCommands: Readonly<Record<string, Command>> = {
  show: {
    operands: structure,
    options: [],
    help: 'feeding rules in force, and recorded for later',
    run: ({ rules, operands: [of = ''] }) => rules.show(of),
  },
  history: {
    operands: structure,
    options: [],
    help: 'every version: decision, who recorded it, the last first',
    run: ({ rules, operands: [of = ''] }) => rules.history(of),
  },
  import: {
    operands: structure,
    options: [file, base],
    help: 'records a version of the feeding rules; it is in force at once, or from its effectiveFrom',
    async run({ admin, rules, author, operands: [of = ''], values }) {
      admin.structures.show(of); // a slip of the pen would be a structure that nobody is
      const { rules: given } = await inputOf([file], values);
      return rules.record(of, given, { author, expected: numberOf(base, values[base.flag]) });
    },
  },
  export: {
    operands: structure,
    options: [which, to],
    help: 'the decision of a version, as it can be imported',
    async run({ rules, operands: [of = ''], values }) {
      const asked = values[which.flag];
      const number = asked === undefined ? (await rules.show(of)).latest : numberOf(which, asked);
      const decision = decisionOf(await rules.version(of, number));
      const path = values[to.flag];
      if (typeof path !== 'string') return decision;
      const isJson = path.endsWith('.json');
      await writeFile(path, isJson ? `${JSON.stringify(decision, null, 2)}\n` : stringify(decision), { flag: 'wx' });
      return { version: number, file: path };
    },
  },
};
