/**
 * `/docs`: pages for a person, made of the tables by which the server works. Open, without a token: nothing in them is about
 * anybody. French or English by `?lang=`, else by `Accept-Language`; no script, a strict policy, everything escaped.
 */
import { Router, type RequestHandler } from 'express';
import { IssueError } from '../../../mappings/outcome.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { Language } from '../outcome.ts';
import { htmlType, pageFoot, pageHead, pageHeaders } from '../render/page.ts';
import { stateOf } from '../request.ts';
import { errorsPage } from './errors.ts';
import { mappingPage } from './mapping.ts';
import { rulesPage } from './rules.ts';
import { heading, link, paragraph } from './table.ts';

type Page = (language: Language) => { title: string; body: string };

const pages: Readonly<Record<string, Page>> = {
  '/docs/errors': errorsPage,
  '/docs/mapping': mappingPage,
  '/docs/rules': rulesPage,
};

const index: Page = (language) => {
  const title = 'Documentation';
  const french = language === 'fr';
  const list = Object.entries(pages).map(
    ([path, page]) => `<li>${link(`${path}?lang=${language}`, page(language).title)}</li>`,
  );
  return {
    title,
    body:
      heading(1, title) +
      paragraph(
        french
          ? 'Pages tirées des tables par lesquelles ce serveur travaille. Ce qui est servi : /fhir/metadata.'
          : 'Pages made of the tables by which this server works. What is served: /fhir/metadata.',
      ) +
      `<ul>${list.join('')}</ul>\n<p>${link('/fhir/metadata', 'CapabilityStatement')}, ${link('/fhir/ConceptMap', 'ConceptMap')}, ${link('/fhir/StructureDefinition', 'StructureDefinition')}, ${link('/fhir/OperationDefinition', 'OperationDefinition')}, ${link('/fhir/CodeSystem', 'CodeSystem')}</p>\n`,
  };
};

const all: Readonly<Record<string, Page>> = { '/docs': index, ...pages };
/** Nothing in them changes while the server runs. */
const made = new Map<string, Buffer>();

function htmlOf(path: string, language: Language): Buffer {
  const key = `${language} ${path}`;
  const known = made.get(key);
  if (known) return known;
  const { title, body } = (all[path] as Page)(language);
  const other = language === 'fr' ? 'en' : 'fr';
  const switcher = `<p>${path === '/docs' ? '' : `${link(`/docs?lang=${language}`, 'Documentation')} · `}${link(`${path}?lang=${other}`, other === 'fr' ? 'Français' : 'English')}</p>\n`;
  const html = Buffer.from(pageHead(title, language) + switcher + body + pageFoot, 'utf8');
  made.set(key, html);
  return html;
}

export function docsRouter(): Router {
  const router = Router({ caseSensitive: true });
  for (const path of Object.keys(all)) {
    const own = path.slice('/docs'.length) || '/';
    router.get(own, serve(path));
    router.all(own, (req, res) => {
      const allowed = 'GET, HEAD';
      res.setHeader('Allow', allowed);
      throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
    });
  }
  return router;
}

const serve =
  (path: string): RequestHandler =>
  (req, res) => {
    const state = stateOf(res);
    state.route = path;
    const asked = parsePairs(req.originalUrl.split('?')[1] ?? '').find(([name]) => name === 'lang')?.[1];
    const language = asked === 'fr' || asked === 'en' ? asked : state.language;
    for (const [name, value] of Object.entries(pageHeaders)) res.setHeader(name, value);
    const html = htmlOf(path, language);
    res.status(200).setHeader('Content-Type', htmlType);
    res.setHeader('Content-Language', language);
    res.setHeader('Content-Length', html.length);
    res.end(req.method === 'HEAD' ? undefined : html);
  };
