/**
 * `/docs`: pages for a person, made of the tables by which the server works. Open, without a token: nothing in them is about
 * anybody. French or English by `?lang=`, else by `Accept-Language`; no script, a strict policy, everything escaped. Below it the
 * files of the interactive reference, which is a script.
 */
import { Router, type RequestHandler } from 'express';
import { onlyGet, sendAsset } from '../../assets/asset.ts';
import type { Config } from '../../config.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { Language } from '../outcome.ts';
import { htmlType, pageFoot, pageHead, pageHeaders } from '../render/page.ts';
import { stateOf } from '../request.ts';
import { pages, type Page } from './pages.ts';
import { referenceFiles, referenceHeaders } from './reference/files.ts';
import { link } from './table.ts';

/** Nothing in them changes while the server runs. */
const made = new Map<string, Buffer>();

function htmlOf(path: string, language: Language): Buffer {
  const key = `${language} ${path}`;
  const known = made.get(key);
  if (known) return known;
  const { title, body } = (pages[path] as Page)(language);
  const other = language === 'fr' ? 'en' : 'fr';
  const switcher = `<p>${path === '/docs' ? '' : `${link(`/docs?lang=${language}`, 'Documentation')} · `}${link(`${path}?lang=${other}`, other === 'fr' ? 'Français' : 'English')}</p>\n`;
  const html = Buffer.from(pageHead(title, language) + switcher + body + pageFoot, 'utf8');
  made.set(key, html);
  return html;
}

export function docsRouter(config: Config): Router {
  const router = Router({ caseSensitive: true });
  const served = [
    ...Object.keys(pages).map((path) => [path, page(path)] as const),
    ...Object.keys(referenceFiles).map((path) => [path, referenceFile(path, config)] as const),
  ];
  for (const [path, serve] of served) {
    const own = path.slice('/docs'.length) || '/';
    router.get(own, serve);
    router.all(own, onlyGet);
  }
  return router;
}

const page =
  (path: string): RequestHandler =>
  (req, res) => {
    const state = stateOf(res);
    state.route = path;
    const asked = parsePairs(req.originalUrl.split('?')[1] ?? '').find(([name]) => name === 'lang')?.[1];
    const language = asked === 'fr' || asked === 'en' ? asked : state.language;
    res.setHeader('Content-Language', language);
    sendAsset(req, res, pageHeaders, htmlType, htmlOf(path, language));
  };

function referenceFile(path: string, config: Config): RequestHandler {
  const file = referenceFiles[path];
  if (!file) throw new RangeError(path);
  return (req, res) => {
    stateOf(res).route = path;
    sendAsset(req, res, referenceHeaders(path, config), file.contentType, file.content(config));
  };
}
