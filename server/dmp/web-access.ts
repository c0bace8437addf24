/**
 * Contextual access to the DMP's web site for professionals: TD0.9 by card, TD0.10 by Pro Santé Connect. No call is made: the
 * professional's browser opens the URL, and the site authenticates the professional itself. Source: dmp-wire §7.5
 * (PDT-INF-527).
 */
import { isWebPage, webPages, type WebPage } from '../../mappings/web-pages.ts';

/** What an INS is made of; whether it is a right one is checked before (`mappings/ins.ts`). */
const insForm = /^[0-9AB]{13,15}$/;

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface WebAccess {
  /** scheme and host of the site, from the settings; https, or http on this machine (the simulator) */
  origin: string;
  page: WebPage;
  /** value of the INS; without it the site asks for the patient */
  ins?: string;
}

/**
 * The URL of a page. It holds the INS, because the DMP wants it there: it is for the professional's browser, never for a log.
 * @throws RangeError when the page is none, takes no INS, the INS is none, or the origin is not https (http on this machine) or more than an origin
 */
export function webAccessUrl({ origin, page, ins }: WebAccess): string {
  if (!isWebPage(page)) throw new RangeError('not a page of the web access');
  if (ins !== undefined && !webPages[page].ins) throw new RangeError(`page ${page} takes no INS`);
  if (ins !== undefined && !insForm.test(ins)) throw new RangeError('not an INS');
  const base = new URL(origin);
  const isSafe = base.protocol === 'https:' || (base.protocol === 'http:' && loopback.has(base.hostname));
  if (!isSafe || base.pathname !== '/' || base.search || base.hash || base.username)
    throw new RangeError('not an https origin');
  return `${base.origin}/AccesDirect/${page}${ins === undefined ? '' : `/${ins}`}`;
}
