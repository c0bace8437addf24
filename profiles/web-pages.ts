/** The pages of the DMP's web site, and how it authenticates who opens one: derived from their table. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { webAuthentications, webAuthenticationSystem, webPages, webPageSystem } from '../mappings/web-pages.ts';
import { codeSystem, conceptOf } from './code-system.ts';

const date = '2026-11-28';

export const webDefinitions = (): CodeSystem[] => [
  codeSystem(
    {
      url: webPageSystem,
      name: 'DmpWebPage',
      title: 'Pages du site web du DMP',
      description:
        'the pages of the DMP’s web site for professionals to which a link can lead, by the names in its URLs (PDT-INF-527).',
      date,
    },
    Object.entries(webPages).map(([code, { fr, en, ins }]) =>
      conceptOf({
        code,
        fr,
        en,
        definition: ins ? 'Opens on a patient; without one the site asks for it.' : 'Opens on no patient.',
      }),
    ),
  ),
  codeSystem(
    {
      url: webAuthenticationSystem,
      name: 'DmpWebAuthentication',
      title: 'Authentification sur le site web du DMP',
      description: 'how the DMP’s web site authenticates the professional who follows a link.',
      date,
    },
    Object.entries(webAuthentications).map(([transaction, { code, fr, en }]) =>
      conceptOf({
        code,
        fr,
        en,
        definition: transaction,
      }),
    ),
  ),
];
