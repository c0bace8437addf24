/** Reading of a Content-Type header (RFC 2045 §5.1, RFC 9110 §5.6.6). */
export interface ContentType {
  /** lower case, e.g. `multipart/related` */
  type: string;
  /** by lower-case name */
  parameters: ReadonlyMap<string, string>;
}

const parameter = /;\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))\s*/gy;

/** Undefined when there is none, or when it is not well-formed. */
export function parseContentType(value: string | undefined): ContentType | undefined {
  const main = /^\s*([!#$&^_.+\w-]+\/[!#$&^_.+\w-]+)\s*/.exec(value ?? '');
  if (!main || value === undefined) return undefined;
  const parameters = new Map<string, string>();
  parameter.lastIndex = main[0].length;
  let end = main[0].length;
  for (let m; (m = parameter.exec(value)); end = parameter.lastIndex) {
    const [, name = '', quoted, token = ''] = m;
    if (!parameters.has(name.toLowerCase()))
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token);
  }
  return /^\s*;?\s*$/.test(value.slice(end)) ? { type: main[0].trim().toLowerCase(), parameters } : undefined;
}
