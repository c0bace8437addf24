// @ts-check
/**
 * The pages, in the order of the menu: who may open which. The first one that is open is where one begins: for each capacity one that
 * does not depend on what the server declares, or the page would change under the reader once that is known.
 */
import { AnnouncementsPage } from './announcements.js';
import { AuditPage } from './audit.js';
import { CertificatesPage } from './certificates.js';
import { ClientsPage } from './clients.js';
import { ExchangesPage } from './exchanges.js';
import { FeedPage } from './feed.js';
import { FindPage } from './find.js';
import { ProposalsPage } from './proposals.js';
import { ResidentPage } from './resident.js';

/**
 * @typedef {object} Page
 * @property {string} name first part of its address
 * @property {import('../app/words.js').Word} title
 * @property {(props: { at: string[] }) => unknown} view
 * @property {(access: import('../app/access.js').Access) => boolean} isOpen
 * @property {boolean} inMenu
 */

/** @type {readonly Page[]} */
export const pages = [
  { name: '', title: 'find', view: FindPage, isOpen: ({ isCare, isEmergency }) => isCare || isEmergency, inMenu: true },
  {
    name: 'resident',
    title: 'resident',
    view: ResidentPage,
    isOpen: ({ isCare, isEmergency }) => isCare || isEmergency,
    inMenu: false,
  },
  {
    name: 'announcements',
    title: 'announcements',
    view: AnnouncementsPage,
    isOpen: ({ isCare }) => isCare,
    inMenu: true,
  },
  {
    name: 'proposals',
    title: 'feed.proposals',
    view: ProposalsPage,
    isOpen: ({ isCare, hasFeed }) => isCare && hasFeed,
    inMenu: true,
  },
  {
    name: 'audit',
    title: 'audit',
    view: AuditPage,
    isOpen: ({ isCare, isAdministrator }) => isCare || isAdministrator,
    inMenu: true,
  },
  {
    name: 'feed',
    title: 'feed',
    view: FeedPage,
    isOpen: ({ isAdministrator, hasFeed }) => isAdministrator && hasFeed,
    inMenu: true,
  },
  {
    name: 'certificates',
    title: 'certificates',
    view: CertificatesPage,
    isOpen: ({ isAdministrator }) => isAdministrator,
    inMenu: true,
  },
  {
    name: 'clients',
    title: 'clients',
    view: ClientsPage,
    isOpen: ({ isAdministrator }) => isAdministrator,
    inMenu: true,
  },
  {
    name: 'exchanges',
    title: 'exchanges',
    view: ExchangesPage,
    isOpen: ({ hasExchanges, isEmergency }) => hasExchanges && !isEmergency,
    inMenu: true,
  },
];
