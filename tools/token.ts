/**
 * `npm run -s token`: prints an access token of the running façade for a person of the story, and nothing else. It lives five minutes.
 *
 * - `nurse` (when nobody is named) and `backend`: the care home's server asks (SMART Backend Services, client `demo-dui`) in the nurse's name.
 * - `doctor`, `admin`: an app (`demo-app`) signs the doctor, or the director, in by the stand-in of Pro Santé Connect, whose pages are
 *   answered here. With `--browser` you answer them yourself, as whom you like.
 *
 * An emergency: `npm run -s token -- doctor --purpose bris_de_glace` opens the record of the story's patient, who is
 * ANGE-TOUSSAINT CAVALLINI, for the story's reason. `--patient <INS>` takes another one of the story, whose traits count as confirmed;
 * `--confirmed FAMILY,GIVEN,yyyy-mm-dd` says others; `--reason` says why. `--secret` asks for the « connexion secrète », for minors.
 */
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../server/config.ts';
import { appToken, browserToken } from './demo/app.ts';
import { backendToken } from './demo/backend.ts';
import { asSystem } from './demo/clients.ts';
import type { Tokens } from './demo/login.ts';
import { askers, requestOf, TokenError, type TokenRequest } from './demo/token-request.ts';

const usage = `npm run -s token -- [${Object.keys(askers).join(' | ')}] [--scope "user/Patient.rs …"]
  [--purpose normal | bris_de_glace | centre_15] [--secret] [--browser]
  with bris_de_glace: [--patient INS] [--reason "…"] [--confirmed FAMILY,GIVEN,yyyy-mm-dd]`;

const isAsker = (name: string): name is keyof typeof askers => Object.hasOwn(askers, name);
const scopeOf = (asker: keyof typeof askers): string =>
  askers[asker].scopes.map((scope) => (asker === 'backend' ? asSystem(scope) : scope)).join(' ');

/** @throws TokenError with the usage */
function asked(argv: string[]): { request: TokenRequest; isInBrowser: boolean } {
  const { values, positionals } = parsed(argv);
  const { confirmed, browser = false, ...given } = values;
  // Whoever opens a browser signs in.
  const [asker = browser ? 'doctor' : 'nurse', ...rest] = positionals;
  if (!isAsker(asker) || rest.length > 0) throw new TokenError(usage);
  const [family, first, birthDate, ...more] = confirmed?.split(',') ?? [];
  if (confirmed !== undefined && (!family || !first || !birthDate || more.length > 0)) throw new TokenError(usage);
  const traits = family && first && birthDate ? { confirmed: { family, given: first, birthDate } } : {};
  return { request: requestOf({ asker, ...given, ...traits }, scopeOf(asker)), isInBrowser: browser };
}

function parsed(argv: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    ...{ scope: text, purpose: text, reason: text, patient: text, confirmed: text },
    ...{ secret: flag, browser: flag },
  };
  try {
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch (error) {
    throw new TokenError(`${(error as Error).message}\n${usage}`);
  }
}

const open = (url: string): void => {
  process.stderr.write(
    `Open this in your browser:\n\n  ${url}\n\nWaiting for you to sign in there (Ctrl-C gives up).\n`,
  );
};

/**
 * Takes a token from the running façade.
 * @param config of which PORT or PUBLIC_URL, DATA_DIR and the structure count
 * @throws TokenError that says what to do
 */
export async function takeToken(config: Config, request: TokenRequest, isInBrowser = false): Promise<Tokens> {
  try {
    if (isInBrowser) {
      await fetch(`${config.fhirBase}/metadata`, { method: 'HEAD' });
      return await browserToken(config, request, open);
    }
    const isServer = request.asker === 'nurse' || request.asker === 'backend';
    return await (isServer ? backendToken(config, request) : appToken(config, request));
  } catch (error) {
    // What fetch throws when nobody answers.
    if (!(error instanceof TypeError && error.message === 'fetch failed')) throw error;
    throw new TokenError(
      `Nothing answers at ${config.fhirBase}: start it first (npm start), or say with PORT or PUBLIC_URL where it is.`,
      { cause: error },
    );
  }
}

/** A token as the command line would print it, e.g. for `{ asker: 'doctor' }`. @throws TokenError */
export const demoToken = async (config: Config, asker: keyof typeof askers): Promise<string> =>
  (await takeToken(config, requestOf({ asker }, scopeOf(asker)))).access_token;

async function main(): Promise<void> {
  const { request, isInBrowser } = asked(process.argv.slice(2));
  const { access_token: token, scope } = await takeToken(loadConfig(), request, isInBrowser);
  const left = request.scope.split(/\s+/).filter((one) => one !== '' && !scope.split(' ').includes(one));
  if (left.length > 0) process.stderr.write(`Not granted: ${left.join(' ')}\n`);
  process.stdout.write(`${token}\n`);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
