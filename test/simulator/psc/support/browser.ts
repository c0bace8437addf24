/** A browser without script: cookies by host, forms, and no redirection followed unasked. */
export interface Page {
  status: number;
  headers: Headers;
  html: string;
  /** Absolute. */
  location?: URL;
}

export class Browser {
  /** By host (ports share cookies, as RFC 6265 has it). */
  readonly cookies = new Map<string, Map<string, string>>();

  async open(
    url: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Page> {
    const { hostname } = new URL(url);
    const jar = this.cookies.get(hostname) ?? new Map<string, string>();
    this.cookies.set(hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie === '' ? {} : { cookie }), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      html: await response.text(),
      ...(location === null ? {} : { location: new URL(location, url) }),
    };
  }

  /** Submits the first form of a page, with what its fields hold and what is chosen. */
  submit(
    at: string,
    html: string,
    chosen: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1];
    if (action === undefined) throw new Error(`no form in ${html}`);
    const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...chosen,
    });
    return this.open(new URL(action, at).href, {
      method: 'POST',
      body,
      headers: { origin: new URL(at).origin, ...headers },
    });
  }

  /** Goes through the login page, to where the browser is sent back. */
  async logIn(url: string, person: string, action = 'login'): Promise<URL> {
    const page = await this.open(url);
    const after = page.location === undefined ? await this.submit(url, page.html, { person, action }) : page;
    if (after.location === undefined) throw new Error(`${after.status} ${after.html}`);
    return after.location;
  }
}
