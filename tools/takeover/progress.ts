/** The progress bar, on the standard error: on a terminal alone, so that a log is not filled with it. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  start(title: string, total: number, done?: number): void;
  /** @param note what stands after the bar */
  update(done: number, note?: string): void;
  stop(): void;
}

export function createProgress(isQuiet: boolean): Progress {
  let bar: SingleBar | undefined;
  return {
    start(title, total, done = 0) {
      bar?.stop();
      bar = new SingleBar(
        {
          format: '{title} [{bar}] {percentage} % | {value}/{total} | ETA {eta_formatted} {note}',
          stream: process.stderr,
          noTTYOutput: false,
          hideCursor: true,
          etaBuffer: 50,
        },
        Presets.shades_classic,
      );
      if (!isQuiet) bar.start(total, done, { title, note: '' });
    },
    update(done, note = '') {
      if (!isQuiet) bar?.update(done, { note });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
