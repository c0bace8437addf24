/** Runs the Postman collection of `openapi/` with newman. */
import { readFileSync } from 'node:fs';
import newman, { type Summary } from 'newman';
import type { Config } from '../../server/config.ts';
import { demoToken } from '../token.ts';
import { collectionFile, environmentFile } from './files.ts';

const file = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../openapi/${name}`, import.meta.url), 'utf8')) as unknown;

/**
 * @param given values of the environment, beside those of the file
 * @param reporters of newman; none by default
 * @param collection another than that of `openapi/`
 */
export function runCollection(
  given: Readonly<Record<string, string>>,
  reporters: readonly string[] = [],
  collection: unknown = file(collectionFile),
): Promise<Summary> {
  const envVar = Object.entries(given).map(([key, value]) => ({ key, value }));
  return new Promise((resolve, reject) => {
    newman.run({ collection, environment: file(environmentFile), envVar, reporters }, (error, summary) => {
      if (error) reject(error);
      else resolve(summary);
    });
  });
}

/** Tokens of the running façade for the people of the collection. */
export async function demoTokens(config: Config): Promise<Record<string, string>> {
  const people = ['nurse', 'doctor', 'admin'] as const;
  const pairs = people.map(async (person) => [`token_${person}`, await demoToken(config, person)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}
