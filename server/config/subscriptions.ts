/** The settings under “Subscriptions”. */
import { z } from 'zod';
import { bool, int, type Rows } from './schemas.ts';

export const subscriptions = {
  SUBSCRIPTION_ENDPOINTS: [
    z.string().optional(),
    'Where notifications may be sent: URL prefixes, separated by commas (`https://app.example/hooks/`). By default nowhere. `http:` only for localhost, and never in production.',
  ],
  SUBSCRIPTION_PRIVATE_ADDRESSES: [
    bool.default(false),
    'Whether a receiver may live at a private address (RFC 1918 and the like): for receivers inside the establishment.',
  ],
  SUBSCRIPTION_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for receivers’ TLS certificates; by default those of Node.',
  ],
  SUBSCRIPTION_TIMEOUT_MS: [int(100, 60_000).default(10_000), 'How long a receiver may take to answer.'],
  SUBSCRIPTION_POLL_SECONDS: [
    int(1, 14_400).default(900),
    'Time between two looks into a record where nothing happens (± 20 %).',
  ],
  SUBSCRIPTION_POLL_FLOOR_SECONDS: [
    int(1, 14_400).default(120),
    'The same after news: doubles with every quiet look, up to SUBSCRIPTION_POLL_SECONDS. Never less.',
  ],
  SUBSCRIPTION_RETRIES: [int(0, 50).default(8), 'Further attempts to deliver a notification before status `error`.'],
  SUBSCRIPTION_RETRY_SECONDS: [
    int(1, 3600).default(10),
    'Time before the first further attempt; doubles with each, up to one hour.',
  ],
  SUBSCRIPTION_SESSION_SECONDS: [
    int(60, 14_400).default(14_400),
    'How long after the professional’s authentication a subscription may search in their name: a session ends after 4 h.',
  ],
  SUBSCRIPTION_ENDS_WITH: [
    z.enum(['session', 'token']).default('session'),
    'Whether such a subscription outlives the access token that asked for it (tokens are renewed, sessions are not).',
  ],
  SUBSCRIPTION_LOCAL_SECONDS: [
    int(60, 31_536_000).default(2_592_000),
    'How long a subscription lives that only hears of deposits made here (no session is used).',
  ],
  SUBSCRIPTION_MAX_PER_CALLER: [int(1, 1000).default(100), 'Living subscriptions of one person through one client.'],
  SUBSCRIPTION_MAX_PER_PATIENT: [int(1, 1000).default(50), 'Living subscriptions to one patient.'],
  SUBSCRIPTION_KEEP_SECONDS: [
    int(60, 31_536_000).default(604_800),
    'How long an ended subscription can be read, with the reason of its end.',
  ],
  SUBSCRIPTION_TICK_MS: [
    int(0, 60_000).default(2000),
    'How often an instance looks for subscriptions that are due; 0: this instance leaves them to others.',
  ],
} as const satisfies Rows;
