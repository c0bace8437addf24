/** `/console`: the page for people, and its files. Open: it holds nothing about anybody; what it shows it asks for with a token. */
import { Router } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { onlyGet, sendAsset, type StateOf, typeOfName } from '../assets/asset.ts';
import { consoleFiles } from './files.ts';
import { consoleHeaders, pageOf, type ConsolePage } from './page.ts';

/** Files change with the product alone: a browser may keep them a while. The page says which it wants. */
const keep = { 'Cache-Control': 'private, max-age=600' };

export function consoleRouter(page: ConsolePage, stateOf: StateOf): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', (req, res) => {
    stateOf(res).route = '/console';
    // Addresses in the page are relative to what is above it.
    if (/^[^?]*\/(\?|$)/.test(req.originalUrl)) {
      res.redirect(308, '../console');
      return;
    }
    sendAsset(req, res, consoleHeaders(page), typeOfName('console.html'), Buffer.from(pageOf(page.config), 'utf8'));
  });
  router.all('/', onlyGet);
  router.get('/:folder/:file', (req, res) => {
    stateOf(res).route = '/console/:folder/:file';
    const { folder, file } = req.params;
    const found = consoleFiles.get(`${folder}/${file}`);
    if (!found) throw new IssueError({ key: 'unknown-route' });
    sendAsset(req, res, { ...consoleHeaders(page), ...keep }, found.contentType, found.content(undefined));
  });
  router.all('/:folder/:file', onlyGet);
  return router;
}
