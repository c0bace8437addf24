/**
 * What the CNAM must be told before a structure submits more than 30 000 documents a day (dmp-wire §8): how many a day a take-over will
 * bring, and the message that says so. It is prepared, never sent: whoever is responsible sends it, and confirms that.
 */
import type { Config } from '../../config.ts';
import type { Structure } from '../../registry/types.ts';
import { mailOf } from './mail.ts';
import { dailyCapOf, takeoverWindows } from './index.ts';
import { intervalOf } from './turns.ts';

export interface PlannedDay {
  /** Local, `yyyy-mm-dd`. */
  date: string;
  documents: number;
}

export interface VolumePlan {
  documents: number;
  days: readonly PlannedDay[];
  /** Documents that the planned days do not bring: windows, cap or pace leave too little. */
  left: number;
  /** Of the fullest day. */
  mostPerDay: number;
  /** FEED_NOTICE_DOCUMENTS_PER_DAY. */
  threshold: number;
  /** The CNAM must be told first. */
  mustTell: boolean;
}

export interface Contact {
  name: string;
  email: string;
  phone?: string;
}

export interface Notice {
  to: readonly string[];
  subject: string;
  text: string;
  /** The same as RFC 5322, to be opened in a mail program. */
  eml: string;
}

/** Days that are planned one by one: what is left then is no plan. */
const mostDays = 400;

/**
 * How many documents each day brings: what the pace lets through while the windows are open, within the daily cap. It is the most that
 * can be: the DMP may be slower.
 * @param given.hoursPerDay less than the windows, when the take-over is stopped by hand
 * @throws ConfigError
 */
export function volumeOf(
  { documents, begin, hoursPerDay = 24 }: { documents: number; begin: Date; hoursPerDay?: number },
  config: Config,
): VolumePlan {
  const windows = takeoverWindows(config);
  const cap = dailyCapOf(config) ?? Infinity;
  const intervalMs = intervalOf({ pace: config.FEED_PACE, marginMs: config.FEED_PACE_MARGIN_MS });
  const days: PlannedDay[] = [];
  let left = documents;
  for (let from = begin, day = 0; left > 0 && day < mostDays; day++) {
    const { date, seconds, next } = windows.day(from);
    const ms = Math.min(seconds, hoursPerDay * 3600) * 1000;
    const most = ms === 0 ? 0 : intervalMs === 0 ? Infinity : Math.floor(ms / intervalMs);
    const brought = Math.min(left, cap, most);
    if (brought > 0) days.push({ date, documents: brought });
    left -= brought;
    from = next;
  }
  const mostPerDay = Math.max(0, ...days.map((day) => day.documents));
  const threshold = config.FEED_NOTICE_DOCUMENTS_PER_DAY;
  return { documents, days, left, mostPerDay, threshold, mustTell: mostPerDay > threshold };
}

const number = (value: number): string => new Intl.NumberFormat('fr-FR').format(value);
const longDate = (date: string): string =>
  new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(date));

/** Days of the same volume that follow each other, as one line. */
function planning(days: readonly PlannedDay[]): string[] {
  const spans: { from: string; to: string; documents: number }[] = [];
  for (const { date, documents } of days) {
    const last = spans.at(-1);
    if (last?.documents === documents) last.to = date;
    else spans.push({ from: date, to: date, documents });
  }
  return spans.map(({ from, to, documents }) =>
    from === to
      ? `- le ${longDate(from)} : ${number(documents)} documents`
      : `- du ${longDate(from)} au ${longDate(to)} : ${number(documents)} documents par jour d’envoi`,
  );
}

/**
 * The message to the CNAM. It holds the homologation number: it is shown to administrators, and is neither logged nor kept.
 * @param plan of `volumeOf`
 * @param given.contact who answers for the take-over there
 * @param given.now date of the message
 * @throws RangeError when the contact's address is none
 */
export function noticeOf(
  plan: VolumePlan,
  { structure, contact, now }: { structure: Structure; contact: Contact; now: Date },
  config: Pick<Config, 'FEED_NOTICE_TO' | 'FEED_PACE'>,
): Notice {
  const { lps } = structure;
  const [first, last] = [plan.days[0], plan.days.at(-1)];
  const subject = `DMP : reprise d’historique de ${number(plan.documents)} documents – ${structure.name}`;
  const text = [
    'Bonjour,',
    '',
    `Nous vous informons d’une alimentation du DMP de plus de ${number(plan.threshold)} documents par jour, au titre d’une reprise d’historique.`,
    '',
    `Établissement : ${structure.name} (identifiant ${structure.id})`,
    `Logiciel : ${lps.name} ${lps.version}, numéro d’homologation ${lps.homologation}, identifiant d’installation ${lps.id}`,
    `Volume : ${number(plan.documents)} documents, au plus ${number(plan.mostPerDay)} par jour`,
    ...(first && last ? [`Période : du ${longDate(first.date)} au ${longDate(last.date)}`] : []),
    config.FEED_PACE === 0
      ? 'Rythme : non borné par le logiciel'
      : `Rythme : au plus ${number(config.FEED_PACE)} transactions d’alimentation (TD2.1) par seconde`,
    '',
    'Planning :',
    ...planning(plan.days),
    ...(plan.left > 0 ? [`- ensuite : ${number(plan.left)} documents, à planifier`] : []),
    '',
    `Contact : ${[contact.name, contact.email, contact.phone].filter(Boolean).join(', ')}`,
    '',
    'Cordialement,',
    contact.name,
    '',
  ].join('\n');
  const message = { from: contact, to: config.FEED_NOTICE_TO, subject, text, date: now };
  return { to: message.to, subject, text, eml: mailOf(message) };
}
