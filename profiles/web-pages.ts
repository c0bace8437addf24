/** The pages of the DMP's web site, and how it authenticates who opens one: derived from their table. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { webAuthentications, webAuthenticationSystem, webPages, webPageSystem } from '../mappings/web-pages.ts';

interface Row {
  code: string;
  fr: string;
  en: string;
  definition: string;
}

function codeSystem(url: string, name: string, title: string, description: string, rows: readonly Row[]): CodeSystem {
  return {
    resourceType: 'CodeSystem',
    id: url.slice(url.lastIndexOf('/') + 1),
    url,
    version: '0.1.0',
    name,
    title,
    status: 'draft',
    experimental: false,
    date: '2026-11-28',
    description: `Ours: ${description}`,
    caseSensitive: true,
    content: 'complete',
    count: rows.length,
    concept: rows.map(({ code, fr, en, definition }) => ({
      code,
      display: en,
      definition,
      designation: [{ language: 'fr', value: fr }],
    })),
  };
}

export const webDefinitions = (): CodeSystem[] => [
  codeSystem(
    webPageSystem,
    'DmpWebPage',
    'Pages du site web du DMP',
    'the pages of the DMP’s web site for professionals to which a link can lead, by the names in its URLs (PDT-INF-527).',
    Object.entries(webPages).map(([code, { fr, en, ins }]) => ({
      code,
      fr,
      en,
      definition: ins ? 'Opens on a patient; without one the site asks for it.' : 'Opens on no patient.',
    })),
  ),
  codeSystem(
    webAuthenticationSystem,
    'DmpWebAuthentication',
    'Authentification sur le site web du DMP',
    'how the DMP’s web site authenticates the professional who follows a link.',
    Object.entries(webAuthentications).map(([transaction, { code, fr, en }]) => ({
      code,
      fr,
      en,
      definition: transaction,
    })),
  ),
];
