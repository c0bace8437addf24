/** Tables of settings: one row for each, with its environment variable, its default and the reason. */

export type Environment = Record<string, string | undefined>;

/** One setting. */
export interface Row<T> {
  env: string;
  /** For the documentation: what it does and why the default. */
  text: string;
  default: (environment: Environment) => T;
  /** @throws RangeError that says what is expected */
  parse: (text: string) => T;
}

export type Rows<Settings> = { [K in keyof Settings]: Row<Settings[K]> };

export const string = (text: string): string => text;

/** Comma-separated. */
export const list = (text: string): string[] =>
  text
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '');

/** A whole number, not negative. */
export const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new RangeError('a whole number is expected');
  return Number(text);
};

export const boolean = (text: string): boolean => {
  if (!/^(true|false)$/.test(text)) throw new RangeError('true or false is expected');
  return text === 'true';
};

/** An ISO 8601 instant: a date and a time with its offset, or it would depend on the machine. @throws RangeError */
export function instant(text: string): Date {
  const date = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime())) throw new RangeError('an ISO 8601 instant with its offset is expected');
  return date;
}

/** The settings of an environment. @throws Error that names the variable which cannot be read */
export function readRows<Settings>(rows: Rows<Settings>, environment: Environment): Settings {
  const settings: Record<string, unknown> = {};
  for (const [key, row] of Object.entries<Row<unknown>>(rows)) {
    const given = environment[row.env];
    try {
      settings[key] = given === undefined || given === '' ? row.default(environment) : row.parse(given);
    } catch (error) {
      throw new Error(`${row.env}: ${(error as Error).message}`);
    }
  }
  return settings as Settings;
}
