/** The commands of `npm run -s admin`, as rows over the registry's administration. */
import type { RulesAdministration } from '../../server/feed/rules/administration.ts';
import type { Administration, Author, MadeClient } from '../../server/registry/administration/index.ts';
import {
  certificateOptions,
  clearOption,
  clientOptions,
  idOption,
  inputOf,
  type Option,
  secretOption,
  structureOptions,
  type Values,
} from './options.ts';
import { ruleCommands } from './rules.ts';

export interface Call {
  admin: Administration;
  rules: RulesAdministration;
  author: Author;
  /** What stands after the command, one for each name in `operands`. */
  operands: readonly string[];
  values: Values;
}

export interface Command {
  operands: readonly string[];
  options: readonly Option[];
  help: string;
  /** What is printed; a secret in it was made by this call, and is not to be had again. */
  run(call: Call): Promise<unknown>;
}

const none: readonly Option[] = [];
const [id] = [['ID']];
const shown = ({ client, secret }: MadeClient) => ({ ...client, ...(secret === undefined ? {} : { secret }) });

/** Those of both kinds of entries that are alike. */
const states = (entry: 'structures' | 'clients'): Record<'withdraw' | 'restore', Command> => {
  const to =
    (state: 'active' | 'withdrawn') =>
    async ({ admin, author, operands: [of = ''] }: Call): Promise<unknown> =>
      entry === 'structures'
        ? admin.structures.setState(of, state, author)
        : admin.clients.setState(of, state, { author });
  return {
    withdraw: { operands: id, options: none, help: 'is in force no more', run: to('withdrawn') },
    restore: { operands: id, options: none, help: 'is in force again', run: to('active') },
  };
};

export const commands: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  structure: {
    add: {
      operands: id,
      options: structureOptions,
      help: 'registers a structure by its Struct_IdNat; it is in force when it has both certificates',
      run: async ({ admin, author, operands: [of], values }) =>
        admin.structures.add({ id: of, ...(await inputOf(structureOptions, values)) }, author),
    },
    set: {
      operands: id,
      options: [...structureOptions, clearOption],
      help: 'changes what is given; lists are replaced',
      run: async ({ admin, author, operands: [of = ''], values }) =>
        admin.structures.set(of, await inputOf(structureOptions, values), author),
    },
    list: { operands: [], options: none, help: 'all of them', run: async ({ admin }) => admin.structures.list() },
    show: {
      operands: id,
      options: none,
      help: 'all of it but its secrets',
      run: async ({ admin, operands: [of = ''] }) => admin.structures.show(of),
    },
    history: {
      operands: id,
      options: none,
      help: 'who changed what, the last first',
      run: ({ admin, operands: [of = ''] }) => admin.history('structure', of),
    },
    ...states('structures'),
  },
  certificate: {
    add: {
      operands: ['STRUCTURE'],
      options: certificateOptions,
      help: 'gives a structure a certificate; it takes over from the one before as soon as it is valid',
      run: async ({ admin, author, operands: [of = ''], values }) =>
        admin.structures.addCertificate(of, await inputOf(certificateOptions, values), author),
    },
    list: {
      operands: ['STRUCTURE'],
      options: none,
      help: 'those of a structure',
      run: async ({ admin, operands: [of = ''] }) => admin.structures.show(of).certificates,
    },
    withdraw: {
      operands: ['STRUCTURE', 'ID'],
      options: none,
      help: 'is used no more, whatever its end',
      run: ({ admin, author, operands: [of = '', certificate = ''] }) =>
        admin.structures.withdrawCertificate(of, certificate, author),
    },
    check: {
      operands: [],
      options: none,
      help: 'when certificates end; exit status 2 when not all are valid for long',
      run: ({ admin }) => admin.watch(),
    },
  },
  client: {
    add: {
      operands: [],
      options: [idOption, ...clientOptions, secretOption],
      help: 'registers an application; a secret that is made is shown once',
      run: async ({ admin, author, values }) =>
        shown(await admin.clients.add(await inputOf([idOption, ...clientOptions, secretOption], values), { author })),
    },
    set: {
      operands: id,
      options: [...clientOptions, secretOption, clearOption],
      help: 'changes what is given; lists are replaced',
      run: async ({ admin, author, operands: [of = ''], values }) =>
        shown(await admin.clients.set(of, await inputOf([...clientOptions, secretOption], values), { author })),
    },
    list: { operands: [], options: none, help: 'all of them', run: async ({ admin }) => admin.clients.list() },
    show: {
      operands: id,
      options: none,
      help: 'all of it but its secret',
      run: async ({ admin, operands: [of = ''] }) => admin.clients.show(of),
    },
    history: {
      operands: id,
      options: none,
      help: 'who changed what, the last first',
      run: ({ admin, operands: [of = ''] }) => admin.history('client', of),
    },
    'new-secret': {
      operands: id,
      options: [secretOption],
      help: 'replaces its secret; the old one is good for nothing then',
      run: async ({ admin, author, operands: [of = ''], values }) => {
        const { secret } = await inputOf([secretOption], values);
        return shown(await admin.clients.newSecret(of, secret, { author }));
      },
    },
    ...states('clients'),
  },
  rules: ruleCommands,
};
