/** The settings under “The feed: pace, windows, breaker, backlog”. */
import { z } from 'zod';
import { int, type Rows, split } from './schemas.ts';

/** `HH:MM-HH:MM`, in minutes since midnight; what ends before it begins goes on after midnight. */
const hours = (usual: string) =>
  z
    .string()
    .regex(
      /^(always|[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d(,[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d)*)$/,
      '`always`, or times such as 20:00-07:00, separated by commas',
    )
    .default(usual)
    .transform((text) =>
      (text === 'always' ? '00:00-24:00' : text).split(',').map((window) => {
        const [from = 0, to = 0] = window.split('-').map((t) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3)));
        return { from, to };
      }),
    )
    .refine((windows) => windows.every(({ from, to }) => from < 1440 && to <= 1440 && from !== to), 'times of the day');

const listOf = (usual: string, each: RegExp, what: string) =>
  z
    .string()
    .default(usual)
    .transform(split)
    .refine((list) => list.every((entry) => each.test(entry)), `${what}, separated by commas`);

export const feed = {
  FEED_TICK_MS: [
    int(0, 60_000).default(1000),
    'How often an instance looks whether deposits of the feed (docs/feeding.md) may be submitted; 0: this instance leaves them to others.',
  ],
  FEED_RETRIES: [
    int(0, 1000).default(20),
    'Further attempts at a deposit of the feed that failed for what can pass, before it is given up (it can be queued again by hand). The default spans twelve hours.',
  ],
  FEED_RETRY_SECONDS: [
    int(0, 3600).default(10),
    'Time before the first of them; doubles with each, up to FEED_RETRY_MAX_SECONDS; each falls at random into the second half of its time.',
  ],
  FEED_RETRY_MAX_SECONDS: [int(1, 86_400).default(3600), 'Longest time between two attempts.'],
  FEED_KEEP_SECONDS: [
    int(60, 315_360_000).default(7_776_000),
    'How long a deposit of the feed that has ended (also one that was refused or given up) can be read as Task, and queued again.',
  ],
  FEED_PACE: [
    int(0, 1000).default(4),
    'Submissions (TD2.1) of one structure and software in any second, over all instances: the DMP asks for fewer than 5 (dmp-wire §8). 0: no limit. Every instance must say the same.',
  ],
  FEED_PACE_MARGIN_MS: [
    int(1, 5000).default(100),
    'How late a submission may leave after its turn: turns are as much further apart, so that lateness never brings two closer than FEED_PACE allows. A turn that comes later is lost, and asked for again.',
  ],
  FEED_PATIENCE_MS: [
    int(0, 60_000).default(10_000),
    'How long a deposit that its caller waits for may wait for its turn before 429.',
  ],
  FEED_DAILY_CAP: [
    int(0, 10_000_000).optional(),
    'Documents that one structure and software may submit in a day of Paris; 0: no limit. Absent: 20 with ENVIRONMENT=training (dmp-wire §8), else no limit.',
  ],
  FEED_CONCURRENCY: [
    int(1, 256).default(8),
    'Submissions of one structure that the queue has under way at once, over all instances: enough for a DMP that takes two seconds an answer at the default pace.',
  ],
  FEED_TAKEOVER_HOURS: [
    hours('20:00-07:00'),
    'When documents of the past are submitted on working days, in TIME_ZONE; other days are free altogether: the DMP asks for hours when nobody works (dmp-wire §8). `always`: at any time.',
  ],
  FEED_WORKING_DAYS: [
    listOf('mon,tue,wed,thu,fri', /^(mon|tue|wed|thu|fri|sat|sun)$/, 'days such as mon'),
    'Days of the week on which FEED_TAKEOVER_HOURS hold, public holidays excepted.',
  ],
  FEED_HOLIDAYS_REGION: [
    z.string().default('FR'),
    'Whose public holidays are no working days: `FR`; with a part, such as `FR-57`, `FR-67`, `FR-68` (Alsace-Moselle), `FR-RE`, `FR-GP`; `NC`, `PF`, `PM`, `WF`; `none`.',
  ],
  FEED_SLOW_MS: [
    int(0, 600_000).default(8000),
    'Above this time for an answer, smoothed, the DMP counts as slow and the pace is halved; it recovers step by step. 0: only failures halve it.',
  ],
  FEED_BREAKER_FAILURES: [
    int(0, 1000).default(5),
    'Submissions in a row that the DMP failed (no connection, no answer, HTTP 5xx; refusals do not count) before none is sent any more for FEED_BREAKER_SECONDS; 0: never.',
  ],
  FEED_BREAKER_SECONDS: [
    int(1, 3600).default(30),
    'How long then; after it one submission alone is tried, and as long as that fails the time doubles, up to 16 times.',
  ],
  FEED_BACKLOG_MAX: [
    int(1, 100_000_000).default(10_000),
    'Live deposits of a structure that may wait in the queue before more are refused (429). Take-overs are not counted and not refused.',
  ],
  FEED_BACKLOG_MAX_SECONDS: [
    int(1, 31_536_000).default(14_400),
    'How long the oldest of them that could go may have waited before more are refused (429).',
  ],
  FEED_NOTICE_DOCUMENTS_PER_DAY: [
    int(1, 100_000_000).default(30_000),
    'Documents a day of one structure beyond which the CNAM must be told beforehand (dmp-wire §8): a take-over planned for more waits until that is confirmed.',
  ],
  FEED_NOTICE_TO: [
    listOf(
      'dmp-moamoe.cnam@assurance-maladie.fr,dlfr-dmp1-expl-gds@worldline.com',
      /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/,
      'mail addresses',
    ),
    'Whom the message to the CNAM is addressed to, separated by commas. It is prepared, never sent.',
  ],
} as const satisfies Rows;
