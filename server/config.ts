/**
 * Every setting, typed and validated once, with its default and its reason. Settings come from the environment; their
 * rows are in `server/config/`, a file a group, and `docs/configuration.md` is generated from them.
 */
import path from 'node:path';
import type { z } from 'zod';
import { access } from './config/access.ts';
import { audit } from './config/audit.ts';
import { behaviour } from './config/behaviour.ts';
import { clientKeys } from './config/client-keys.ts';
import { dmp } from './config/dmp.ts';
import { feed } from './config/feed.ts';
import { listening } from './config/listening.ts';
import { news } from './config/news.ts';
import { operating } from './config/operating.ts';
import { proSanteConnect } from './config/pro-sante-connect.ts';
import { rules } from './config/rules.ts';
import { sizes } from './config/sizes.ts';
import { storage } from './config/storage.ts';
import { structure } from './config/structure.ts';
import { subscriptions } from './config/subscriptions.ts';

export type { Rows } from './config/schemas.ts';

/** The tables by the headings of their sections on the page of settings, in their order. */
export const settingGroups = {
  'The server: addresses, TLS, proxies': listening,
  'Database and its key': storage,
  'Logs, health, metrics, traces': operating,
  'Tokens, clients and their limits': access,
  'Pro Santé Connect': proSanteConnect,
  'Keys of clients': clientKeys,
  'The DMP: connection and messages': dmp,
  'The structure, its certificates and its software': structure,
  'Rules: consent, purposes, identity': rules,
  'What is served, and how': behaviour,
  'Sizes, pages and searches': sizes,
  'What is new ($whats-new)': news,
  Subscriptions: subscriptions,
  'The feed: pace, windows, breaker, backlog': feed,
  'The audit trail': audit,
} as const;

export const settings = {
  ...listening,
  ...storage,
  ...operating,
  ...access,
  ...proSanteConnect,
  ...clientKeys,
  ...dmp,
  ...structure,
  ...rules,
  ...behaviour,
  ...sizes,
  ...news,
  ...subscriptions,
  ...feed,
  ...audit,
} as const;

type Values = { [K in keyof typeof settings]: z.output<(typeof settings)[K][0]> };
/** Typed settings plus the few values that are derived from them. */
export type Config = Values & {
  /** absolute */
  dataDir: string;
  /** e.g. `http://localhost:8080/fhir` */
  fhirBase: string;
};

/** The façade's own authorization server, beside the FHIR base. It follows it where the port is chosen late. */
export const issuerOf = ({ fhirBase }: Pick<Config, 'fhirBase'>): string => fhirBase.replace(/fhir$/, 'oauth');

/** A setting that is not valid: the message names it, gives its reason, and never repeats its value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** A setting that is wrong for another reason than its form: said with its name and reason, never its value nor what a file holds. */
export const settingError = (name: keyof typeof settings, what: string): ConfigError =>
  new ConfigError(`${name}: ${what} — ${settings[name][1]}`);

/**
 * Reads the settings.
 * @param env usually `process.env`; an empty string counts as absent
 * @throws ConfigError naming every invalid setting
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, [schema, why]] of Object.entries(settings)) {
    const given = env[name] === '' ? undefined : env[name];
    const result = schema.safeParse(given);
    if (result.success) values[name] = result.data;
    else wrong.push(`${name}: ${result.error.issues.map((i) => i.message).join('; ')} — ${why}`);
  }
  if (wrong.length > 0) throw new ConfigError(`Invalid settings:\n  ${wrong.join('\n  ')}`);
  const typed = values as Values;
  const origin = typed.PUBLIC_URL ?? `${typed.TLS_CERT ? 'https' : 'http'}://localhost:${typed.PORT}`;
  return { ...typed, dataDir: path.resolve(typed.DATA_DIR), fhirBase: `${origin.replace(/\/+$/, '')}/fhir` };
}
