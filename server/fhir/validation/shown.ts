/** A reference or token as it may be repeated in an error: no query string, no run of digits that could be an INS. */
export function shown(reference: string): string {
  return (reference.split('?')[0] ?? '').replace(/[0-9AB]{13,}/g, '…').slice(0, 120);
}
