/**
 * Names compared: what the civil register writes once, software writes in many ways. Case, accents, strokes, apostrophes, hyphens
 * and blanks do not tell people apart; ligatures are two letters.
 */

/** Letters that Unicode does not take apart, as the Latin letters that a French register writes. */
const plain: Readonly<Record<string, string>> = {
  Æ: 'AE',
  Œ: 'OE',
  Ø: 'O',
  Ł: 'L',
  Đ: 'D',
  Ð: 'D',
  Ħ: 'H',
  Þ: 'TH',
  ẞ: 'SS',
};

/** Letters of a name in words: `D’AUBÉRIVE-Lœw` → D, AUBERIVE, LOEW. */
export const wordsOf = (name: string): string[] =>
  name
    .toUpperCase()
    .replace(/[ÆŒØŁĐÐĦÞẞ]/g, (letter) => plain[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Letters of a name and nothing else. */
export const lettersOf = (name: string): string => wordsOf(name).join('');

/** Given names in the order of the register; each word, and how many words the first one surely has. */
interface Given {
  words: string[];
  first: number;
}

/** What joins two words to one given name. */
const hyphens = /[-\u2010-\u2015\u2212]/u;

function givenOf(names: readonly string[]): Given {
  const tokens = names.flatMap((n) => n.trim().split(/\s+/)).filter((t) => wordsOf(t).length > 0);
  const [first = ''] = tokens;
  // A hyphen makes one name of two; a blank may stand between two names or inside of one.
  return { words: tokens.flatMap(wordsOf), first: hyphens.test(first) ? wordsOf(first).length : 1 };
}

/**
 * Whether two lists of given names can be of one person: the shorter is the beginning of the longer, and takes all of its first
 * name. « JEAN-NOËL », « JEAN NOEL », « JEAN NOEL MARIE » agree; « JEAN » and « JEAN-NOËL » do not.
 */
export function sameGiven(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [givenOf(one), givenOf(other)];
  const [short, long] = a.words.join('').length <= b.words.join('').length ? [a, b] : [b, a];
  const wanted = short.words.join('');
  return long.words.some((_, i) => i + 1 >= long.first && long.words.slice(0, i + 1).join('') === wanted);
}
