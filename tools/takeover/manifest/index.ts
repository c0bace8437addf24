/** What is to be taken over: a manifest (CSV, NDJSON), or a folder, which may hold one. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Manifest } from '../types.ts';
import { readCsv } from './csv.ts';
import { readFolder } from './folder.ts';
import { readNdjson } from './ndjson.ts';

const ownNames = ['manifest.csv', 'manifest.ndjson'];

/** The file or folder that is read: in a folder, its manifest where it has one. @throws Error when there is nothing */
export function sourceOf(given: string): string {
  if (!statSync(given).isDirectory()) return given;
  return ownNames.map((name) => path.join(given, name)).find(existsSync) ?? given;
}

/** @throws Error when it cannot be read: no file, another encoding, no CSV; HeaderError */
export function readManifest(given: string): Manifest {
  const source = sourceOf(given);
  if (statSync(source).isDirectory()) return { ...readFolder(source), folder: source };
  const read = /\.(nd)?jsonl?$/i.test(source) ? readNdjson : readCsv;
  return { ...read(readFileSync(source)), folder: path.dirname(source) };
}
