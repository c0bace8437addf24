/** A browser, as far as a login needs one: cookies by path, redirects as long as they stay here, forms of pages without script. */

interface Cookie {
  name: string;
  value: string;
  path: string;
  attributes: string;
}

/** Where a browser has come to: a page, or the first address that is not this server's. */
export interface Place {
  url: URL;
  /** Undefined away from this server. */
  status?: number;
  html: string;
  headers: Headers;
}

const unescape = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#(\d+));/g, (_, name: string, code: string | undefined) =>
    code === undefined ? { amp: '&', lt: '<', gt: '>', quot: '"' }[name]! : String.fromCodePoint(Number(code)),
  );

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : unescape(found);
};

/** The forms of a page: where they go, and what stands in them already. */
export function formsOf(html: string): { action: string; fields: Record<string, string> }[] {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => ({
    action: attribute(form, 'action')!,
    fields: Object.fromEntries(
      [...form.matchAll(/<input\b[^>]*(?:type="hidden"|\schecked\b)[^>]*>/g)].map(([tag]) => [
        attribute(tag, 'name')!,
        attribute(tag, 'value')!,
      ]),
    ),
  }));
}

export const linkOf = (html: string): string | undefined => attribute(/<a\b[^>]*>/.exec(html)?.[0] ?? '', 'href');

export class Browser {
  cookies: Cookie[] = [];
  /** Every `Set-Cookie` that was ever seen. */
  seen: string[] = [];
  /** Every address that it was sent to. */
  visited: string[] = [];

  constructor(
    readonly origin: string,
    readonly headers: Record<string, string> = {},
  ) {}

  /** One request, cookies with it. */
  async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookies = this.cookies.filter(
      (c) => url.pathname === c.path || url.pathname.startsWith(c.path.replace(/\/?$/, '/')),
    );
    const answer = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        ...this.headers,
        ...(cookies.length > 0 ? { cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; ') } : {}),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const header of answer.headers.getSetCookie()) this.keep(header);
    return answer;
  }

  private keep(header: string): void {
    this.seen.push(header);
    const [pair = '', ...rest] = header.split('; ');
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const attributes = rest.join('; ');
    const path = /path=([^;]+)/i.exec(attributes)?.[1] ?? '/';
    this.cookies = this.cookies.filter((c) => c.name !== name || c.path !== path);
    const expires = /expires=([^;]+)/i.exec(attributes)?.[1];
    if (expires === undefined || new Date(expires) > new Date()) this.cookies.push({ name, value, path, attributes });
  }

  /** Goes somewhere, and on where it is sent, until there is a page or another server. */
  async go(to: string | URL, init: RequestInit = {}): Promise<Place> {
    let url = new URL(to, this.origin);
    let request = init;
    for (let hops = 0; hops < 20; hops++) {
      this.visited.push(url.href);
      if (url.origin !== this.origin) return { url, html: '', headers: new Headers() };
      const answer = await this.fetch(url, request);
      const html = await answer.text();
      const location = answer.headers.get('location');
      if (location === null) return { url, status: answer.status, html, headers: answer.headers };
      url = new URL(location, url);
      request = {};
    }
    throw new Error('round in circles');
  }

  /** Sends a form of a page. @param action how its address ends */
  submit(place: Place, action: string, fields: Record<string, string> = {}): Promise<Place> {
    const form = formsOf(place.html).find((f) => f.action.endsWith(action));
    if (!form) throw new Error(`no form ${action} in: ${place.html}`);
    return this.post(new URL(form.action, place.url), { ...form.fields, ...fields });
  }

  post(url: string | URL, fields: Record<string, string>): Promise<Place> {
    return this.go(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }
}

/** What a page says, in words: of an error, what is wrong. */
export function textOf(html: string): string {
  const part =
    /<p\b[^>]*role="alert"[^>]*>([\s\S]*?)<\/p>/.exec(html)?.[1] ?? /<main>([\s\S]*)<\/main>/.exec(html)?.[1];
  return unescape((part ?? html).replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}
