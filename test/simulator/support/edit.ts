/** Textual changes for mutants: each one must change the text, so that a mutant never is the original. */

export type Edit = (xml: string) => string;

const checked = (before: string, after: string): string => {
  if (after === before) throw new Error('this mutant changes nothing');
  return after;
};

/** Replaces the first match. */
export const swap =
  (find: string | RegExp, by: string): Edit =>
  (xml) =>
    checked(
      xml,
      xml.replace(find, (...found) => by.replaceAll('$1', String(found[1]))),
    );

/** The first element of a local name, whatever its prefix, with its content. */
export const element = (name: string): RegExp =>
  new RegExp(`<((?:\\w+:)?)${name}(?=[\\s/>])[^>]*?(?:/>|>.*?</\\1${name}>)`, 's');

/** Removes the first element of a local name. */
export const drop =
  (name: string): Edit =>
  (xml) =>
    checked(xml, xml.replace(element(name), ''));

/** Writes the first element of a local name twice. */
export const twice =
  (name: string): Edit =>
  (xml) =>
    checked(
      xml,
      xml.replace(element(name), (found) => found + found),
    );

/** Applies an edit to the SOAP body only. */
export const inBody =
  (edit: Edit): Edit =>
  (xml) => {
    const at = xml.search(/<(\w+:)?Body[\s>]/);
    return xml.slice(0, at) + edit(xml.slice(at));
  };

/** Applies an edit after the wsse:Security block has been taken out, so that names in the VIHF do not match. */
export const inAddressing =
  (edit: Edit): Edit =>
  (xml) => {
    const security = element('Security').exec(xml)![0];
    const mark = '<!--vihf-->';
    return edit(xml.replace(security, () => mark)).replace(mark, () => security);
  };
