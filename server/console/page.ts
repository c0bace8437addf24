/** The one page of the console, and the policy under which it and its files are served. */
import { createHash } from 'node:crypto';
import { issuerOf, type Config } from '../config.ts';
import { importMap } from './files.ts';

export interface ConsolePage {
  config: Config;
  /** Digests of styles that rendered documents bring along (`sha256-…`): a document is shown in a frame of the page. */
  documentStyles: readonly string[];
}

const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const importMapDigest = digestOf(importMap);

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** @returns HTML; without JavaScript it says so */
export const pageOf = ({
  fhirBase,
  CONSOLE_CLIENT_ID = '',
  ENVIRONMENT,
  LOCAL_ID_SYSTEMS,
}: Config): string => `<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Console DMP</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="console/app/console.css">
<script type="importmap">${importMap}</script>
<script type="module" src="console/app/main.js"></script></head><body>
<div id="console" data-client="${escaped(CONSOLE_CLIENT_ID)}" data-base="${escaped(fhirBase)}" data-environment="${ENVIRONMENT}" data-domains="${escaped(LOCAL_ID_SYSTEMS.join(' '))}"><noscript><p lang="fr">La console a besoin de JavaScript.</p><p lang="en">The console needs JavaScript.</p></noscript></div>
</body></html>
`;

/**
 * Headers of the page and of every file. Scripts and styles are files of ours, beside one import map and the styles of rendered
 * documents, known by their digests; nothing is asked of anybody but this server and the authorization server.
 */
export function consoleHeaders({ config, documentStyles }: ConsolePage): Readonly<Record<string, string>> {
  const issuer = new URL(config.AUTH_SERVERS?.[0] ?? issuerOf(config)).origin;
  const here = new URL(config.fhirBase).origin;
  const styles = documentStyles.map((digest) => `'${digest}'`).join(' ');
  const policy = [
    `default-src 'none'`,
    `script-src 'self' '${importMapDigest}'`,
    `style-src 'self' ${styles}`,
    // Of documents: images that were read, and those that stand in a rendered CDA.
    `img-src 'self' blob: data:`,
    `connect-src 'self'${issuer === here ? '' : ` ${issuer}`}`,
    // Standard fonts that a PDF names.
    `font-src 'self'`,
    `worker-src 'self'`,
    `frame-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}
