/**
 * What `/console` is made of: our own modules (`console/`), as they are, and the few files that they need of packages. A path has two
 * parts, a folder and a file; what no table names is not there.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Asset, fileAsset } from '../assets/asset.ts';
import { consoleValues } from './values.ts';

const own = new URL('../../console/', import.meta.url);
const ownFolders = ['app', 'pages', 'parts'] as const;

const { resolve } = createRequire(import.meta.url);
const pdfjs = path.dirname(resolve('pdfjs-dist/package.json'));

/** Name in `lib/` → file. PDF.js in its build for browsers that are not of this year: a care home has such. */
const libraries: Readonly<Record<string, string>> = {
  'preact.mjs': resolve('preact'),
  'hooks.mjs': resolve('preact/hooks'),
  'htm.mjs': path.join(path.dirname(resolve('htm')), 'htm.module.js'),
  'oauth4webapi.js': resolve('oauth4webapi'),
  'pdf.mjs': path.join(pdfjs, 'legacy/build/pdf.min.mjs'),
  'pdf.worker.mjs': path.join(pdfjs, 'legacy/build/pdf.worker.min.mjs'),
  // Decodes JPEG 2000 without WebAssembly, which the policy would have to allow.
  'openjpeg_nowasm_fallback.js': path.join(pdfjs, 'wasm/openjpeg_nowasm_fallback.js'),
};

/** What a module of ours names a library by → its file in `lib/`. */
const names: Readonly<Record<string, string>> = {
  preact: 'preact.mjs',
  'preact/hooks': 'hooks.mjs',
  htm: 'htm.mjs',
  oauth4webapi: 'oauth4webapi.js',
  'pdfjs-dist': 'pdf.mjs',
};

/** `<script type="importmap">`: addresses relative to the page, since a proxy may put a path before everything. */
export const importMap = JSON.stringify({
  imports: Object.fromEntries(Object.entries(names).map(([name, file]) => [name, `./console/lib/${file}`])),
});

const namesIn = (folder: string | URL, ends: RegExp): string[] =>
  readdirSync(folder)
    .filter((name) => ends.test(name))
    .sort();

/** `folder/file` → file. */
export const consoleFiles: ReadonlyMap<string, Asset<unknown>> = new Map<string, Asset<unknown>>([
  ...ownFolders.flatMap((folder) =>
    namesIn(new URL(`${folder}/`, own), /\.(js|css)$/).map(
      (name) => [`${folder}/${name}`, fileAsset(new URL(`${folder}/${name}`, own))] as const,
    ),
  ),
  ...Object.entries(libraries).map(([name, file]) => [`lib/${name}`, fileAsset(file)] as const),
  // For PDFs that name the standard fonts without bringing them.
  ...namesIn(path.join(pdfjs, 'standard_fonts'), /\.(pfb|ttf)$/).map(
    (name) => [`fonts/${name}`, fileAsset(path.join(pdfjs, 'standard_fonts', name))] as const,
  ),
  ['app/values.js', consoleValues],
]);
