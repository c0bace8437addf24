/** The simulator as a child process of `npm start`. */
import path from 'node:path';
import { type Child, type Program, startChild } from './child-process.ts';

interface Said {
  /** Up to `/si-dmp-server/v2/services`. */
  url: string;
  /** Origin of its stand-in for the DMP's web site. */
  webUrl: string;
}

export type SimulatorProcess = Said & Child;

const program: Program<Said> = {
  name: 'The DMP simulator',
  file: path.resolve(import.meta.dirname, '../simulator.ts'),
  // Its first line: `DMP simulator: https://… (mutual TLS), …, web site: http://…, …`.
  read(line) {
    const [, url, webUrl] = /^DMP simulator: (https:\S+).* web site: (http:[^\s,]+)/.exec(line) ?? [];
    return url === undefined || webUrl === undefined ? undefined : { url, webUrl };
  },
  ports: 'set SIMULATOR_PORT (default 9443) or SIMULATOR_CONTROL_PORT (default 9444) to another',
};

/** As `startChild`. */
export const startSimulatorProcess = (pkiDir: string, env: NodeJS.ProcessEnv): Promise<SimulatorProcess> =>
  startChild(program, pkiDir, env);
