/** The stand-in of Pro Santé Connect as a child process of `npm start`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPscSettings } from '../../simulator/psc/settings.ts';
import { type Child, type Program, startChild } from './child-process.ts';

interface Said {
  /** Of its discovery document, under its own, non-standard name. */
  discoveryUrl: string;
  /** The e-CPS, where CIBA requests are answered. */
  phoneUrl: string;
}

export interface PscProcess extends Said, Child {
  /** Of the demonstration's client. */
  clientId: string;
  /** Holds its secret. */
  clientSecretFile: string;
}

const program: Program<Said> = {
  name: 'The stand-in of Pro Santé Connect',
  file: path.resolve(import.meta.dirname, '../psc.ts'),
  // Its first line: `Pro Santé Connect (stand-in): http://…, mutual TLS: https://…, e-CPS: http://…, …`.
  read(line) {
    const [, discoveryUrl, phoneUrl] =
      /^Pro Santé Connect \(stand-in\): (http:[^\s,]+).* e-CPS: (http:[^\s,]+)/.exec(line) ?? [];
    return discoveryUrl === undefined || phoneUrl === undefined ? undefined : { discoveryUrl, phoneUrl };
  },
  ports:
    'set SIMULATOR_PSC_PORT (default 9445), SIMULATOR_PSC_TLS_PORT (9446) or SIMULATOR_PSC_CONTROL_PORT (9447) to another',
};

/** As `startChild`. */
export async function startPscProcess(pkiDir: string, env: NodeJS.ProcessEnv): Promise<PscProcess> {
  const child = await startChild(program, pkiDir, env);
  const { clientId, clientSecret, clientSecretFile } = readPscSettings({ SIMULATOR_PKI_DIR: pkiDir, ...env });
  if (clientSecret === undefined) return { ...child, clientId, clientSecretFile };
  // The façade reads secrets from files alone.
  const given = path.join(pkiDir, 'psc-client-secret-given');
  await writeFile(given, clientSecret, { mode: 0o600 });
  return { ...child, clientId, clientSecretFile: given };
}
