/** The page of settings, from their tables (`npm run docs`). */
import { settings } from '../server/config.ts';
import { settingRows } from '../simulator/settings.ts';
import { markdownTable } from './markdown.ts';

interface Row {
  name: string;
  default: string;
  text: string;
}

/** The page. */
export function configurationPage(): string {
  return `# Settings

<!-- Written by \`npm run docs\` from server/config.ts and simulator/settings.ts: edit those. -->

All settings come from the environment. An empty value counts as absent. A value that is not valid stops the start, with
a message that names the setting and never repeats the value.

## The façade

${table(facade())}

Where no \`DATABASE_URL\` is given, \`npm start\` runs a PostgreSQL of its own in \`DATA_DIR/postgres\`, on the loopback
interface, also when it is run as root (the database then runs as \`nobody\`). One façade per \`DATA_DIR\`: a second one is
refused. \`DATA_DIR\` also holds \`keys/store.key\` (back it up with the database: without it what the database holds of
persons cannot be read), \`pki/\` (throw-away certificates) and \`auth/\` (keys of the demonstration tokens).

Where no \`DMP_URL\` is given, \`npm start\` also runs the simulator; where no \`AUTH_JWKS\` is given, it accepts the tokens of
\`npm run -s token\`. With \`ENVIRONMENT=production\` both must be given, and the certificates too.

## The simulator

${table(simulator())}
`;
}

function facade(): Row[] {
  return Object.entries(settings).map(([name, [schema, text]]) => {
    const absent = schema.safeParse(undefined);
    return { name, default: absent.success ? show(absent.data) : '', text };
  });
}

function simulator(): Row[] {
  return Object.values(settingRows).map((row) => ({ name: row.env, default: show(row.default({})), text: row.text }));
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function table(rows: Row[]): string {
  return markdownTable([
    ['Setting', 'Default', 'What it is'],
    ...rows.map((row) => [`\`${row.name}\``, row.default === '' ? '' : `\`${row.default}\``, row.text]),
  ]);
}
