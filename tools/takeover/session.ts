/** What every command works with: settings, the source and its state, the façade, words. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CsvError } from 'csv-parse/sync';
import { check } from './check/index.ts';
import { createClient, type Client } from './client.ts';
import { CommandError } from './errors.ts';
import { Journal, JournalError } from './journal.ts';
import { HeaderError } from './manifest/columns.ts';
import { readManifest, sourceOf } from './manifest/index.ts';
import { readMapping } from './manifest/mapping.ts';
import { createProgress, type Progress } from './progress.ts';
import { loadSettings, type Settings } from './settings.ts';
import type { CheckedLine, Language, Manifest } from './types.ts';
import { plainText } from './terminal.ts';
import { languageOf, speaking, type Say } from './words.ts';

/** Options that every command has. */
export interface CommonOptions extends Record<string, unknown> {
  lang?: string;
  config?: string;
  state?: string;
  json?: boolean;
  quiet?: boolean;
  report?: string;
  files?: boolean;
}

export interface Session {
  options: CommonOptions;
  settings: Settings;
  source: string;
  client: Client;
  journal: Journal;
  progress: Progress;
  language: Language;
  say: Say;
  /** For a person: on the standard error when a program reads the standard output. */
  tell(text: string): void;
  stateFolder: string;
  close(): Promise<void>;
}

/** @throws CommandError */
export function openSession(source: string, options: CommonOptions): Session {
  const language = languageOf(options.lang);
  const say = speaking(language);
  if (!existsSync(source)) throw new CommandError(say('manifest-unreadable', { file: source, detail: 'ENOENT' }));
  const settings = loadSettings(options, process.env, options.config);
  const tell = (text: string): void => {
    if (text !== '') (options.json === true ? console.error : console.log)(plainText(text));
  };
  const client = createClient(settings, language, {
    onWait: (ms) => {
      if (ms >= 5000 && options.quiet !== true) console.error(say('waiting', { seconds: Math.round(ms / 1000) }));
    },
  });
  const stateFolder = options.state ?? `${path.resolve(sourceOf(source))}.takeover`;
  const { base, structure } = settings;
  const journal = journalIn(stateFolder, { base, structure }, say);
  const progress = createProgress(options.quiet === true || options.json === true);
  return {
    ...{ options, settings, source, client, journal, progress, language, say, tell, stateFolder },
    async close() {
      progress.stop();
      journal.close();
      await client.close();
    },
  };
}

/** @throws CommandError */
function journalIn(folder: string, of: { base: string; structure: string }, say: Say): Journal {
  try {
    return new Journal(path.join(folder, 'journal.ndjson'), of);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new CommandError(say('journal-other', { file: error.message }), undefined, { cause: error });
  }
}

/** @throws CommandError */
function readSource({ source, say }: Session): Manifest {
  try {
    return readManifest(source);
  } catch (error) {
    if (error instanceof HeaderError)
      throw new CommandError(
        say('manifest-headers', { lacking: error.lacking.join(', ') || '—', twice: error.twice.join(', ') || '—' }),
      );
    const detail = detailOf(error);
    throw new CommandError(say('manifest-unreadable', { file: source, detail }), undefined, { cause: error });
  }
}

/** The message of `csv-parse` repeats what stands in the cell: somebody's name. */
function detailOf(error: unknown): string {
  if (error instanceof CsvError) return `${error.code}, ${JSON.stringify(error['lines'])}`;
  return error instanceof Error ? error.message.slice(0, 120) : '';
}

/** Reads the source and checks every line. @throws CommandError */
export async function checkSource(session: Session): Promise<CheckedLine[]> {
  const { settings, say, tell, client, progress } = session;
  const { patientSystem, mapping } = settings;
  if (patientSystem === undefined) throw new CommandError(say('no-patient-system'));
  const read = readSource(session);
  const manifest = { ...read, folder: settings.documents ?? read.folder };
  if (manifest.lines.length === 0) throw new CommandError(say('manifest-empty'));
  if (manifest.unknown.length > 0) tell(say('unknown-columns', { names: manifest.unknown.join(', ') }));
  progress.start(say('checking'), manifest.lines.length);
  const lines = await check(manifest, {
    mapping: mapping === undefined ? new Map() : readMapping(readFileSync(mapping)),
    structure: { id: settings.structure, name: settings.structureName },
    ...{ patientSystem, insSystem: settings.insSystem, maxBytes: settings.maxBytes, pdfa: settings.pdfa },
    ...{ concurrency: settings.concurrency, now: new Date(), client },
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  return lines;
}
