/** What is served below `/docs`, by its path: pages made of tables, and the files of the interactive reference. */
import type { Language } from '../outcome.ts';
import { errorsPage } from './errors.ts';
import { mappingPage } from './mapping.ts';
import { referenceFiles, referencePath } from './reference/files.ts';
import { rulesPage } from './rules.ts';
import { heading, link, paragraph } from './table.ts';

export type Page = (language: Language) => { title: string; body: string };

const tables: Readonly<Record<string, Page>> = {
  '/docs/errors': errorsPage,
  '/docs/mapping': mappingPage,
  '/docs/rules': rulesPage,
};

const words = {
  fr: {
    intro:
      'Pages tirées des tables par lesquelles ce serveur travaille. Ce qui est servi : /fhir/metadata et /openapi.json.',
    reference: 'Référence interactive de l’API',
  },
  en: {
    intro: 'Pages made of the tables by which this server works. What is served: /fhir/metadata and /openapi.json.',
    reference: 'Interactive reference of the API',
  },
} as const;

const index: Page = (language) => {
  const title = 'Documentation';
  const w = words[language];
  const list = [
    link(referencePath, w.reference),
    ...Object.entries(tables).map(([path, page]) => link(`${path}?lang=${language}`, page(language).title)),
  ];
  const types = ['ConceptMap', 'StructureDefinition', 'OperationDefinition', 'CodeSystem'];
  const sources = [
    link('/fhir/metadata', 'CapabilityStatement'),
    link('/openapi.json', 'OpenAPI'),
    ...types.map((type) => link(`/fhir/${type}`, type)),
  ];
  return {
    title,
    body:
      heading(1, title) +
      paragraph(w.intro) +
      `<ul>${list.map((item) => `<li>${item}</li>`).join('')}</ul>\n<p>${sources.join(', ')}</p>\n`,
  };
};

/** Path → page, French or English. */
export const pages: Readonly<Record<string, Page>> = { '/docs': index, ...tables };

/** Everything below `/docs`, as the OpenAPI document names it. */
export const plainDocs: readonly { path: string; id: string; summary: string; type: string; isPage: boolean }[] = [
  ...Object.entries(pages).map(([path, page]) => ({
    path,
    id: `docs${path.replace(/^\/docs\/?/, '').replace(/^\w/, (c) => c.toUpperCase())}`,
    summary: page('en').title,
    type: 'text/html',
    isPage: true,
  })),
  ...Object.entries(referenceFiles).map(([path, { id, summary, contentType }]) => ({
    path,
    id,
    summary,
    type: contentType.replace(/;.*$/, ''),
    isPage: false,
  })),
];
