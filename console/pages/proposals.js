// @ts-check
/** For who cares: what the structure's feeding rules leave to a person, of their own deposits; an administrator's, of all the structure's. */
import { html } from '../app/html.js';
import { t } from '../app/words.js';
import { Deposits, useDeposits } from './feed-deposits.js';

export function ProposalsPage() {
  const proposals = useDeposits('draft');
  return html`<h1 tabindex="-1">${t('feed.proposals')}</h1>
    <p>${t('proposals.text')}</p>
    <${Deposits}
      id="proposals"
      title=${t('feed.deposits')}
      none=${t('feed.proposals.none')}
      of=${proposals}
      onDone=${proposals.loaded.reload}
    />`;
}
