/** A day (its beginning, UTC) or an instant of the command line. @throws Error when it is neither */
export function day(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d\d:\d\d))?$/.test(text) || Number.isNaN(date.getTime()))
    throw new Error(`${text} is no day (2026-11-28) and no instant (2026-11-28T09:00:00Z).`);
  return date;
}
