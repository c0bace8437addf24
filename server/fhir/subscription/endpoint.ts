/**
 * Where notifications may go. The client names the address, this server calls it from inside the establishment: without
 * limits, anyone with a token could have it call what only it can reach (SSRF).
 *
 * - Only what SUBSCRIPTION_ENDPOINTS names: scheme, host, port and a prefix of the path. Nothing by default.
 * - `https:`; `http:` for this machine alone, and never in production.
 * - No credentials in the URL, no redirect is followed, nothing in the path that a proxy may read as a step out of the prefix.
 * - The address behind the name is looked at when the connection is made, and is the one that is connected to: a name that
 *   is bound again to an inner address (DNS rebinding) leads nowhere. Private addresses by setting; link-local ones, where
 *   clouds keep their secrets, and multicast never.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ConfigError, settings, type Config } from '../../config.ts';

type Rules = Pick<Config, 'SUBSCRIPTION_ENDPOINTS' | 'SUBSCRIPTION_PRIVATE_ADDRESSES' | 'ENVIRONMENT'>;

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const longest = 2000;
/**
 * Steps that URL does not resolve and what stands behind it may: `..%2f`, `%252e`, `..;/`, a NUL. A receiver that needs one
 * of these signs finds it in the query.
 */
const disguised = /%(?:00|25|2e|2f|5c)|;|\/\.\./i;

/** The prefixes of the setting. @throws ConfigError naming it, never its value */
export function allowedEndpoints({ SUBSCRIPTION_ENDPOINTS: given, ENVIRONMENT }: Rules): URL[] {
  const wrong = (what: string): never => {
    throw new ConfigError(`SUBSCRIPTION_ENDPOINTS: ${what} — ${settings.SUBSCRIPTION_ENDPOINTS[1]}`);
  };
  return (given ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const url = URL.canParse(part) ? new URL(part) : wrong('holds something that is no URL');
      const local = url.protocol === 'http:' && loopbackNames.includes(url.hostname) && ENVIRONMENT !== 'production';
      if (url.protocol !== 'https:' && !local) wrong('holds a URL that is not https:');
      if (url.username || url.password || url.search || url.hash) wrong('holds more than scheme, host, port and path');
      return url;
    });
}

/** The URL of an endpoint when it is allowed. */
export function allowedEndpoint(endpoint: string, rules: Rules): URL | undefined {
  if (endpoint.length > longest || !URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  if (url.username || url.password || url.hash) return undefined;
  if (disguised.test(url.pathname)) return undefined;
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isAllowedAddress(literal, url.hostname, rules)) return undefined;
  return allowedEndpoints(rules).some((prefix) => isWithin(url, prefix)) ? url : undefined;
}

function isWithin(url: URL, prefix: URL): boolean {
  if (url.protocol !== prefix.protocol || url.hostname !== prefix.hostname) return false;
  // On this machine a prefix without port means any port: that of a demonstration is not known beforehand.
  const anyPort = prefix.protocol === 'http:' && prefix.port === '';
  if (url.port !== prefix.port && !anyPort) return false;
  const path = prefix.pathname.endsWith('/') ? prefix.pathname : `${prefix.pathname}/`;
  return `${url.pathname}/`.startsWith(path);
}

const listOf = (...ranges: [network: string, prefix: number][]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
};

const loopback = listOf(['127.0.0.0', 8], ['::1', 128]);
/** RFC 1918, RFC 6598, RFC 4193. */
const inner = listOf(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['fc00::', 7]);
/** No receiver lives there: IANA special-purpose registries, multicast, and IPv6 forms that hide an IPv4 address. */
const never = listOf(
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
);

/** IPv4 written as IPv6. A list of its own: Node holds every IPv4 address against it. */
const mapped = listOf(['::ffff:0:0', 96]);

/**
 * Whether an address may be connected to.
 * @param hostname by which it was asked for: this machine must be asked for by name
 */
export function isAllowedAddress(address: string, hostname: string, rules: Rules): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return loopbackNames.includes(hostname) && rules.ENVIRONMENT !== 'production';
  if (never.check(address, family) || (family === 'ipv6' && mapped.check(address, family))) return false;
  return rules.SUBSCRIPTION_PRIVATE_ADDRESSES || !inner.check(address, family);
}

/** Resolves a name to addresses that may be connected to; ENOTFOUND when there is none. */
export function guardedLookup(rules: Rules): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const good = error ? [] : found.filter((a) => isAllowedAddress(a.address, hostname, rules));
      const [first] = good;
      if (!first) {
        const refused = Object.assign(new Error('no address that may be connected to'), { code: 'ENOTFOUND' });
        callback(error ?? refused, '', 0);
      } else if (options.all) callback(null, good);
      else callback(null, first.address, first.family);
    });
  };
}
