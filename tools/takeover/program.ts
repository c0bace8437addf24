/** The command line `dmp-takeover`: its commands, their options, and how it ends. */
import { Command, CommanderError, Option } from 'commander';
import { checkCommand } from './commands/check.ts';
import { confirmCommand, noticeCommand } from './commands/notice.ts';
import { runCommand } from './commands/run.ts';
import { changeCommand, reportCommand, statusCommand } from './commands/state.ts';
import { CommandError, exitCodes, type ExitCode } from './errors.ts';
import { openSession, type CommonOptions, type Session } from './session.ts';
import { optionOf, settings, variableOf } from './settings.ts';
import { plainText } from './terminal.ts';

type Act = (session: Session, options: never) => Promise<ExitCode>;

interface Row {
  name: string;
  help: string;
  act: Act;
  options?: readonly Option[];
}

const naming = [
  new Option('--name <name>', 'nom de la reprise / what the take-over is called (structure name)'),
  new Option('--begin <yyyy-mm-dd>', 'premier jour / first day (today)'),
];

const rows: readonly Row[] = [
  {
    name: 'check',
    help: 'vérifie tout, n’envoie rien / checks everything, sends nothing',
    act: checkCommand,
    options: [new Option('--full', 'la façade vérifie aussi les documents / the façade checks the documents as well')],
  },
  {
    name: 'run',
    help: 'vérifie, envoie, attend, rapproche ; reprend où il s’était arrêté / checks, sends, waits, reconciles; goes on where it stopped',
    act: runCommand,
    options: [
      ...naming,
      new Option('--dry-run', 'essai / sends nothing'),
      new Option('--retry-refused', 'renvoie ce que la façade avait refusé / sends again what the façade had refused'),
      new Option('--no-wait', 'n’attend pas le DMP / does not wait for the DMP'),
      new Option('--poll <seconds>', 'rythme des questions / how often the façade is asked').default('5'),
    ],
  },
  { name: 'status', help: 'état à la façade / how it stands at the façade', act: statusCommand },
  { name: 'pause', help: 'suspend / keeps documents from being sent', act: changeCommand('pause') },
  { name: 'resume', help: 'continue / ends the pause', act: changeCommand('resume') },
  {
    name: 'cancel',
    help: 'annule ce qui n’est pas parti / takes back what was not sent',
    act: changeCommand('cancel'),
  },
  { name: 'report', help: 'rapproche chaque ligne / reconciles every line', act: reportCommand },
  {
    name: 'notice',
    help: 'écrit le message à la CNAM / writes the message to the CNAM',
    act: noticeCommand,
    options: [...naming, new Option('--out <folder>', 'où / where (state folder)')],
  },
  {
    name: 'confirm',
    help: 'la CNAM a été prévenue / the CNAM was told',
    act: confirmCommand,
    options: [
      new Option('--on <yyyy-mm-dd>', 'quand / when').makeOptionMandatory(),
      new Option('--reference <text>', 'référence du message / reference of the message').makeOptionMandatory(),
    ],
  },
];

const common: readonly Option[] = [
  new Option('--lang <lang>', 'langue / language').choices(['fr', 'en']).default('fr').env('DMP_TAKEOVER_LANG'),
  new Option('--config <file>', 'réglages / settings (dmp-takeover.json)'),
  new Option('--state <folder>', 'journal (<source>.takeover)'),
  new Option('--report <file>', 'rapport .json, .ndjson ou .csv / report'),
  new Option(
    '--files',
    'le rapport nomme les fichiers, qui peuvent nommer des personnes / the report names the files, which may name persons',
  ),
  new Option('--json', 'les comptes en JSON sur la sortie standard / the figures as JSON on the standard output'),
  new Option('--quiet', 'sans barre d’avancement / no progress bar'),
];

/** @param onEnd is told the exit code */
export function program(onEnd: (code: ExitCode) => void): Command {
  const top = new Command('dmp-takeover')
    .description('Reprise de documents dans le DMP (docs/take-over.md) / takes documents of the past over into the DMP')
    .showHelpAfterError()
    .exitOverride();
  for (const { name, help, act, options = [] } of rows) {
    const command = top
      .command(name)
      .description(help)
      .argument('<source>', 'manifeste (CSV, NDJSON) ou dossier / manifest or folder');
    for (const option of [...options, ...common]) command.addOption(option);
    for (const [setting, [, meaning]] of Object.entries(settings))
      command.addOption(new Option(`--${optionOf(setting)} <value>`, `${meaning} [${variableOf(setting)}]`));
    command.action(async (source: string, given: CommonOptions) => {
      const session = openSession(source, given);
      try {
        onEnd(await act(session, given as never));
      } finally {
        await session.close();
      }
    });
  }
  return top;
}

/** Runs a command line. @returns the exit code; what went wrong stands on the standard error */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    await program((ended) => (code = ended)).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or shown the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    console.error(plainText(error instanceof Error ? error.message : String(error)));
    return error instanceof CommandError ? error.exitCode : exitCodes.failed;
  }
  return code;
}
