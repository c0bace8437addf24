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
