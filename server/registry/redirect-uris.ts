/**
 * Addresses to which a browser is sent back. They are compared character by character, so that each is written in full, in the
 * form that a URL parser leaves as it is (RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7 for native applications).
 */
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;
/** RFC 8252 §7.1: a reverse domain name of the application's own; a dot keeps `javascript:` and the like out. */
const ownScheme = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/;

export function isRedirectUri(text: string): boolean {
  if (text.length > 500 || !/^[\x21-\x7e]+$/.test(text) || /[*#\\"<>^`{|}]/.test(text) || !URL.canParse(text))
    return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  // Another spelling of the same address would not be equal to it; the slash after a bare origin may be left out.
  if (url.href !== text && url.href !== `${text}/`) return false;
  if (url.protocol === 'https:') return true;
  if (url.protocol === 'http:') return loopback.test(url.hostname);
  return ownScheme.test(url.protocol);
}

/** https; http on this machine alone. Scheme, host and port, as browsers write it. */
export function isOrigin(text: string): boolean {
  if (!isRedirectUri(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.origin === text;
}
