/** The page of what is assumed about the DMP, from the settings that are marked so (`npm run docs`). */
import { settings } from '../server/config.ts';
import { settingRows } from '../simulator/settings.ts';
import { settingsTable, shown, type SettingLine } from './configuration.ts';

/** Settings of the simulator that are about the stand-in itself, and say nothing of the DMP. */
const aboutItself = /^SIMULATOR_(HOST|PORT|CONTROL_PORT|PKI_DIR|TLS_\w+|VIHF_CA|CLOCK|SEED|PSC_\w+|WEB_\w+)$/;

const ofFacade = (): SettingLine[] =>
  Object.entries(settings).flatMap(([name, [schema, text, mark]]) => {
    const absent = schema.safeParse(undefined);
    return mark === 'assumed' ? [{ name, default: absent.success ? shown(absent.data) : '', text }] : [];
  });

const ofSimulator = (): SettingLine[] =>
  Object.values(settingRows)
    .filter(({ env }) => !aboutItself.test(env))
    .map((row) => ({ name: row.env, default: shown(row.default({})), text: row.text }));

/** The page. */
export function assumptionsPage(): string {
  return `# What is assumed about the DMP

<!-- Written by \`npm run docs\` from server/config.ts (rows marked \`assumed\`) and simulator/settings.ts: edit those. -->

Not everything about the DMP's interfaces is public, and what is published differs in places. What is not sure is a setting: its
default is the best reading of the public sources (named where there is one), and it can be set otherwise without a change of code. Whoever has the
official documents, or an answer of the DMP, should go through this page first.

## In the façade

${settingsTable(ofFacade())}

## In the simulator

How strict the stand-in is where nobody outside knows how strict the DMP is.

${settingsTable(ofSimulator())}

## Elsewhere

- **The pace** of submissions (fewer than 5 a second for a structure and its software), the working hours of a take-over and the 30 000 documents a
  day are recommendations for take-overs, read in third parties' notes; no throttle of the DMP is documented ([limits.md](limits.md)).
- **Profiles of ours** for Consent, the deferred deposit and the patient with an INS, in \`profiles/\`: neither PDSm nor its draft for
  the DMP has any.
- Single places where a message is assumed are marked in the code with the section of the notes; the tables
  [mapping.md](mapping.md) and [transactions.md](transactions.md) name what is lost and what has no door.
`;
}
