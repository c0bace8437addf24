/**
 * The XHTML that a narrative may hold: the lists of constraint txt-1 of FHIR R4 (StructureDefinition Narrative, its
 * XPath; `test/server/fhir/xml/narrative.test.ts` compares). `xml:lang`, which the IG publisher writes, comes on top.
 */
const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

export const narrativeElements = words(
  'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ' +
    'ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var',
);

export const narrativeAttributes = words(
  'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite ' +
    'class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev ' +
    'rowspan rules scope shape span src start style summary tabindex title type valign value vspace width',
);

/** Elements that HTML never closes. */
export const voidElements = words('br hr img col');

/** Attributes that hold an address. */
export const addresses = words('href src cite longdesc');
