/**
 * Struct_IdNat: `1` and the FINESS number, `3` and the SIRET number, or another kind of identifier (auth §1.4: OU of the
 * certificates). The keys of FINESS and SIRET numbers are Luhn's; the letters of a FINESS number (Corsica, and the ANS's fictional
 * structures, such as `10B0127189`) count as 1 and 2.
 */

/** La Poste's establishments: the sum of the digits is a multiple of 5 (INSEE). */
const laPoste = '356000000';

const digitsOf = (text: string): number[] => Array.from(text.replaceAll('A', '1').replaceAll('B', '2'), Number);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function isLuhn(text: string): boolean {
  const digits = digitsOf(text).reverse();
  return sum(digits.map((digit, i) => (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2))) % 10 === 0;
}

const kinds: readonly { form: RegExp; hasKey?: (number: string) => boolean }[] = [
  { form: /^1(\d[\dAB]\d{7})$/, hasKey: isLuhn },
  {
    form: /^3(\d{14})$/,
    hasKey: (siret) => isLuhn(siret) || (siret.startsWith(laPoste) && sum(digitsOf(siret)) % 5 === 0),
  },
  // ADELI and RPPS surgeries, SIREN and what else the ANS numbers: no key is known.
  { form: /^[024-9]([\dA-Z]{8,15})$/ },
];

/**
 * @param strict whether the key must be right: fictional numbers need not have one
 * @returns whether it is a Struct_IdNat
 */
export function isStructureId(id: string, strict: boolean): boolean {
  return kinds.some(({ form, hasKey }) => {
    const number = form.exec(id)?.[1];
    return number !== undefined && (!strict || (hasKey?.(number) ?? true));
  });
}
