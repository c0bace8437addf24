/**
 * The one way that this project makes a saxes parser.
 *
 * saxes stores each handler under a computed property name. More than a few of them and V8 gives the parser up as a
 * dictionary, which makes the scanner six to eight times slower, and one such parser slows down every other one in the
 * process. Declaring the fields beforehand keeps all parsers fast and of one hidden class.
 */
import { SaxesParser } from 'saxes';

export type XmlParser = SaxesParser<{ xmlns: true; position: false }>;

/** saxes keeps these fields private to its types; they are the names in its own event table. */
const Base = SaxesParser as unknown as new (options: object) => object;

class ParserWithFields extends Base {
  errorHandler = undefined;
  xmldeclHandler = undefined;
  doctypeHandler = undefined;
  openTagHandler = undefined;
  attributeHandler = undefined;
  closeTagHandler = undefined;
  textHandler = undefined;
  cdataHandler = undefined;
  commentHandler = undefined;
  piHandler = undefined;
}

/** A namespace-aware parser without handlers. @param position whether it counts lines and columns, which costs time */
export function xmlParser(position = false): XmlParser {
  return new ParserWithFields({ xmlns: true, position }) as unknown as XmlParser;
}

/**
 * References (`&lt;`, `&#233;`) of one document. saxes puts a text together piece by piece: of millions of pieces it holds
 * hundreds of megabytes. No document for a reader has as many.
 */
export const mostReferences = 500_000;

/** How many references stand in some characters, at most. */
export function referencesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) count++;
  return count;
}
