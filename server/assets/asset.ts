/**
 * Files that a browser is given, from our own folders or from those of packages: read once, served under a policy that the place of
 * the file sets. Nothing is served that no table names.
 */
import { readFileSync } from 'node:fs';
import type { Request, RequestHandler, Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';

/** What the application knows of a request; its `route` is written for the access log. */
export type StateOf = (res: Response) => { route?: string };

export interface Asset<Context> {
  contentType: string;
  /** @param context what a page is made of: settings, for the addresses in it */
  content: (context: Context) => Buffer;
}

/** Media types of what is served, by the end of a file's name. */
const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  pfb: 'application/octet-stream',
  ttf: 'font/ttf',
};

/** @throws RangeError for the name of a file that is of no known type */
export function typeOfName(name: string): string {
  const found = types[name.slice(name.lastIndexOf('.') + 1)];
  if (found === undefined) throw new RangeError(name);
  return found;
}

/** A file as it is. @param file its address in the file system */
export function fileAsset(file: string | URL): Asset<unknown> {
  let bytes: Buffer | undefined;
  return { contentType: typeOfName(String(file)), content: () => (bytes ??= readFileSync(file)) };
}

/** Sends bytes with their headers; to HEAD the headers alone. */
export function sendAsset(
  req: Request,
  res: Response,
  headers: Readonly<Record<string, string>>,
  contentType: string,
  bytes: Buffer,
): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.status(200).setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', bytes.length);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

/** Any other method than GET and HEAD. */
export const onlyGet: RequestHandler = (req, res) => {
  const allowed = 'GET, HEAD';
  res.setHeader('Allow', allowed);
  throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
};
