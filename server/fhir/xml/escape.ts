/**
 * Text as it stands in XML and in HTML. Line ends and tabs of an attribute are written as references, so that no reader
 * normalises them away (XML 1.0 §3.3.3).
 */

/**
 * Characters that XML 1.0 cannot hold: controls, non-characters, halves of surrogate pairs. What leaves is made of what
 * was checked on its way in, or of a client's own words in an error: there U+FFFD stands for them, so that the answer
 * can be sent.
 */
const illegal =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const special = /[&<>"\t\n\r]/g;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Nothing of these is in most strings: one look finds them all. */
const rare = /[&<>"\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;

/** The value of an attribute between double quotes. */
export function escapeAttribute(value: string): string {
  if (!rare.test(value)) return value;
  return value.replace(illegal, '\ufffd').replace(special, (c) => references[c] as string);
}

/** Character data of an element. */
export function escapeText(value: string): string {
  if (!rare.test(value)) return value;
  return value.replace(illegal, '\ufffd').replace(/[&<>\r]/g, (c) => references[c] as string);
}
