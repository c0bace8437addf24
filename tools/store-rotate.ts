/**
 * `npm run store:rotate`: gives the store a new key for sealing and seals everything anew (docs/keys.md). With an external
 * database while the instances run; with the embedded one when the façade is stopped. May be interrupted and started again.
 */
import { loadConfig } from '../server/config.ts';
import { rotateKeys, type RotationStep } from '../server/store/index.ts';

/** One line a step, without anything of what is sealed. */
export function say(step: RotationStep): string {
  switch (step.step) {
    case 'made':
      return `${step.resumed ? 'A rotation is under way: it goes on.' : 'A new key was made.'} ${
        step.waitMs > 1000 ? `All instances seal with the new key in ${Math.ceil(step.waitMs / 1000)} s.` : ''
      }`.trim();
    case 'retired':
      return 'Nothing is sealed with the old key any more.';
    case 'sealed':
      return `${step.table}.${step.column}: ${step.rows} sealed anew`;
    case 'removed':
      return step.keys === 0 ? 'Done: there was no old key left.' : 'Done: the old key was removed.';
  }
}

if (process.argv[1] === import.meta.filename) {
  rotateKeys(loadConfig(), { onStep: (step) => console.log(say(step)) }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
