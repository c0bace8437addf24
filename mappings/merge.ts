/** Models put together from several sources. */

const given = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Field by field the last source that says something: an empty list or object says nothing. No field is undefined. */
export function merged<M extends object>(...sources: readonly Partial<M>[]): Partial<M> {
  const model: Partial<M> = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(source))
      if (value !== undefined && (given(value) || !(key in model))) Object.assign(model, { [key]: value });
  }
  return model;
}
