/**
 * What counts as a reason for « bris de glace ». The DMP wants one (dmp-wire §8) and no public source says what it must hold:
 * this is our reading of « a reason of substance », so that whoever reads the record later learns why.
 */
import { holdsIns } from '../ins.ts';

/** Shortest word that counts, in letters: « le », « un », « IM ». */
const shortest = 2;
/** Different letters below which a text is a key held down: « aaaaaaaaaa bbbbbbbbbb ». */
const fewestLetters = 4;

/**
 * Whether a reason says something: long enough once white space is taken off its ends and counted once between words, made of
 * at least two different words, more letters than anything else, and not of a few characters over and over. It holds nothing
 * that is built like an INS either: the reason is kept, sent to the DMP and shown where none may stand.
 * @param least characters, BREAK_GLASS_REASON_MIN
 */
export function isPurposeful(reason: string, least: number): boolean {
  const text = reason.normalize('NFC').replace(/\s+/g, ' ').trim();
  const letters = text.toLowerCase().match(/\p{L}/gu) ?? [];
  const words = new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((w) => w.length >= shortest));
  const solid = text.replace(/ /g, '');
  return (
    text.length >= least &&
    words.size >= 2 &&
    new Set(letters).size >= fewestLetters &&
    letters.length * 2 > solid.length &&
    !/(.)\1{4}/u.test(solid) &&
    !holdsIns(text)
  );
}
