/**
 * `Patient/{id}/$web-access` and `Patient/$web-access` (TD0.9, TD0.10): the URL of a page of the DMP's web site for
 * professionals. Nothing is asked of the DMP, but to open an emergency access: whoever follows the link authenticates there. Defined
 * in `profiles/patient-web-access.json`.
 *
 * The URL holds the INS, because the DMP wants it so: it is in the answer alone (`Cache-Control: no-store`), and never logged.
 */
import type { ParametersParameter } from '@medplum/fhirtypes';
import { IssueError } from '../../../mappings/outcome.ts';
import {
  isWebPage,
  webAuthentications,
  webAuthenticationSystem,
  webPages,
  webPageSystem,
  type WebPage,
} from '../../../mappings/web-pages.ts';
import { DmpError, type Transaction } from '../../dmp/types.ts';
import { webAccessUrl } from '../../dmp/web-access.ts';
import type { Ins } from '../../store/types.ts';
import { callContext, type Call, type Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Services } from '../services.ts';
import { patientOfId } from './known.ts';
import { requireNoRefusal } from './refusal.ts';

export const webAccessNames: readonly string[] = ['page'];

export const webAccess: Handler = async (call, services) => {
  const page = pageOf(call);
  const ins = call.id === undefined ? undefined : (await patientOfId(call, services)).ins;
  await requireRight(ins, call, services);
  if (ins && !webPages[page].ins) throw new IssueError({ key: 'web-page-patient', values: { page } });
  const origin = services.config.DMP_WEB_URL;
  if (origin === undefined) throw new IssueError({ key: 'web-access-unset', values: { setting: 'DMP_WEB_URL' } });
  const url = webAccessUrl({ origin, page, ...(ins ? { ins: ins.value } : {}) });
  return {
    status: 200,
    resource: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'url', valueUrl: url },
        ...authentications(call.language),
        { name: 'page', valueCoding: { system: webPageSystem, code: page, display: webPages[page][call.language] } },
      ],
    },
  };
};

/** @throws IssueError operation-parameter-required, operation-parameter */
function pageOf(call: Call): WebPage {
  const given = oneOf(operationPairs(call, webAccessNames), 'page');
  if (given === undefined) throw new IssueError({ key: 'operation-parameter-required', values: { name: 'page' } });
  const page = given.startsWith(`${webPageSystem}|`) ? given.slice(webPageSystem.length + 1) : given;
  if (isWebPage(page)) return page;
  const detail = Object.keys(webPages).join(', ');
  throw new IssueError({ key: 'operation-parameter', values: { name: 'page', detail } });
}

/** No message goes out: the professional's browser opens the page, and Pro Santé Connect says who it is (dmp-wire §7.5). */
export const td0_10 = {
  name: 'TD0.10',
  modes: ['INDIRECTE_RENFORCEE'],
  purposes: ['normal', 'bris_de_glace', 'centre_15'],
  consent: 'none',
} as const satisfies Pick<Transaction<never, unknown>, 'name' | 'modes' | 'purposes' | 'consent'>;

/**
 * TD0.10 is for everybody whom Pro Santé Connect authenticated, whatever the purpose (dmp-wire §1.4). An emergency opens its one
 * patient here as elsewhere: compared with the DMP's traits, and on record. What the patient refuses this structure is refused here.
 * @throws DmpError; IssueError
 */
async function requireRight(ins: Ins | undefined, call: Call, { gate }: Services): Promise<void> {
  const { caller } = call;
  if (caller.strength !== 'psc') throw new DmpError('rights', 'psc', td0_10.name);
  if (caller.purpose === 'bris_de_glace') await gate.admit(td0_10, callContext(call, ins));
  const problems = gate.purpose(caller, ins);
  if (problems.length > 0) throw new IssueError(problems);
  if (ins) await requireNoRefusal(ins, call, { gate });
}

/** How the site may authenticate who follows the link: the URL is the same. */
const authentications = (language: 'fr' | 'en'): ParametersParameter[] =>
  Object.values(webAuthentications).map(({ code, ...said }) => ({
    name: 'authentication',
    valueCoding: { system: webAuthenticationSystem, code, display: said[language] },
  }));
