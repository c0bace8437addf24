/**
 * Where a value goes in the JSON form of a resource.
 */
import type { Property } from './schema.ts';

export type Json = Record<string, unknown>;

/** An object: alone, or next in its list. */
export function put(owner: Json, { name, isArray }: Property, value: unknown): void {
  if (!isArray) owner[name] = value;
  else if (Array.isArray(owner[name])) (owner[name] as unknown[]).push(value);
  else owner[name] = [value];
}

/**
 * A primitive and its `_name` (json.html#primitive): of a list both are as long as each other, with null where one has
 * nothing.
 */
export function putPrimitive(owner: Json, { name, isArray }: Property, value: unknown, shadow: Json): void {
  const hasShadow = Object.keys(shadow).length > 0;
  const key = `_${name}`;
  if (!isArray) {
    if (value !== undefined) owner[name] = value;
    if (hasShadow) owner[key] = shadow;
    return;
  }
  const values = (owner[name] ?? []) as unknown[];
  const shadows = owner[key] as unknown[] | undefined;
  if (shadows) shadows.push(hasShadow ? shadow : null);
  else if (hasShadow) owner[key] = [...values.map(() => null), shadow];
  values.push(value ?? null);
  owner[name] = values;
}
