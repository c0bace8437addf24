/** The page of settings, from their tables (`npm run docs`). */
import { settingGroups, type Rows } from '../server/config.ts';
import { settingRows } from '../simulator/settings.ts';
import { markdownTable } from './markdown.ts';

/** A line of such a table. */
export interface SettingLine {
  name: string;
  default: string;
  text: string;
}

/** The page. */
export function configurationPage(): string {
  return `# Settings

<!-- Written by \`npm run docs\` from server/config.ts and simulator/settings.ts: edit those. -->

All settings come from the environment. An empty value counts as absent. A value that is not valid stops the start, with
a message that names the setting and never repeats the value. How to run it as a service: [operations.md](operations.md).

## The façade

${facade()}

Where no \`DATABASE_URL\` is given, \`npm start\` runs a PostgreSQL of its own in \`DATA_DIR/postgres\`, on the loopback
interface, also when it is run as root (the database then runs as \`nobody\`). One façade per \`DATA_DIR\`: a second one is
refused. \`DATA_DIR\` also holds \`keys/store.key\` (back it up with the database: without it what the database holds of
persons cannot be read), \`pki/\` (throw-away certificates) and \`auth/\` (the key of the demonstration's server).

Where no \`DMP_URL\` is given, \`npm start\` also runs the simulator; where no \`PSC_DISCOVERY\` is given, the stand-in of Pro Santé
Connect. It registers the clients of the demonstration (\`demo-app\`, \`demo-dui\`, \`demo-docs\`, \`demo-console\`), leaves alone what an administrator has
changed of them, and makes the demonstration's director the administrator of the structure, unless \`STRUCTURE_ADMINISTRATORS\` says
otherwise. With \`ENVIRONMENT=production\` nothing of this is done: \`DMP_URL\` and the certificates must be given, and the start fails, naming
each, while a setting or a registered client of the demonstration is left.

## The simulator

${settingsTable(simulator())}
`;
}

/** One table for each group, under its heading. */
function facade(): string {
  const rowsOf = (group: Rows): SettingLine[] =>
    Object.entries(group).map(([name, [schema, text]]) => {
      const absent = schema.safeParse(undefined);
      return { name, default: absent.success ? shown(absent.data) : '', text };
    });
  return Object.entries(settingGroups)
    .map(([title, group]) => `### ${title}\n\n${settingsTable(rowsOf(group))}`)
    .join('\n\n');
}

function simulator(): SettingLine[] {
  return Object.values(settingRows).map((row) => ({ name: row.env, default: shown(row.default({})), text: row.text }));
}

/** A default as the environment would say it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Name, default, what it is. */
export function settingsTable(rows: SettingLine[]): string {
  return markdownTable([
    ['Setting', 'Default', 'What it is'],
    ...rows.map((row) => [`\`${row.name}\``, row.default === '' ? '' : `\`${row.default}\``, row.text]),
  ]);
}
