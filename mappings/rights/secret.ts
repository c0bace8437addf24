/**
 * « Connexion secrète » (EX_0.1-1100, auth §1.3): what a professional does for a minor in this way is hidden from the legal
 * representatives. It is for minors; the façade refuses it only for somebody who is certainly of age, and leaves doubt to the DMP.
 */

/** Of a birth date as far as it is certain (yyyy, yyyy-mm, yyyy-mm-dd), the last day that it may be. */
function latest(birthDate: string): number {
  const [year = 0, month, day] = birthDate.split('-').map(Number);
  if (month === undefined) return Date.UTC(year, 11, 31);
  return day === undefined ? Date.UTC(year, month, 0) : Date.UTC(year, month - 1, day);
}

/** Whether somebody is of age (18) in every time zone, whatever is not known of the birth date. */
export function isCertainlyAdult(birthDate: string | undefined, now: Date): boolean {
  if (birthDate === undefined) return false;
  const coming = new Date(latest(birthDate));
  coming.setUTCFullYear(coming.getUTCFullYear() + 18);
  return now.getTime() >= coming.getTime() + 86_400_000;
}
