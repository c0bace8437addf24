/**
 * Where notifications may go. The client names the address, this server calls it from inside the establishment: without
 * limits, anyone with a token could have it call what only it can reach (SSRF).
 *
 * - Only what SUBSCRIPTION_ENDPOINTS names: scheme, host, port and a prefix of the path. Nothing by default.
 * - `https:`; `http:` for this machine alone, and never in production.
 * - No credentials in the URL, no redirect is followed, nothing in the path that a proxy may read as a step out of the prefix.
 * - No address but those of `server/auth/addresses.ts`, also behind a name.
 */
import { isAllowedHost, loopbackNames, type AddressRules } from '../../auth/addresses.ts';
import { ConfigError, settings, type Config } from '../../config.ts';

type Rules = Pick<Config, 'SUBSCRIPTION_ENDPOINTS' | 'SUBSCRIPTION_PRIVATE_ADDRESSES' | 'ENVIRONMENT'>;

/** What a connection to a receiver must keep to. */
export const addressRules = ({
  ENVIRONMENT,
  SUBSCRIPTION_PRIVATE_ADDRESSES: privateAddresses,
}: Rules): AddressRules => ({
  ENVIRONMENT,
  privateAddresses,
});

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
  if (!isAllowedHost(url, addressRules(rules))) return undefined;
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
