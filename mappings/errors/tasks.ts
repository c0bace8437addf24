/** The error table: deposits that are made later (Prefer: respond-async), as Task. */
import { row, type ErrorRow } from './row.ts';

export const taskErrors = {
  'deposit-accepted': row(
    202,
    'informational',
    'Dépôt accepté et conservé. Il sera transmis au DMP : suivez la Task nommée par Content-Location.',
    'Deposit accepted and kept. It will be sent to the DMP: follow the Task that Content-Location names.',
  ),
  'task-state': row(
    409,
    'conflict',
    'Dans son état ({state}), ce dépôt n’admet pas ${action}. Relisez la Task.',
    'In its state ({state}), this deposit does not allow ${action}. Read the Task again.',
  ),
  'task-uncertain': row(
    409,
    'conflict',
    'Ce dépôt est peut-être déjà dans le DMP : la passerelle va le vérifier, il ne peut plus être annulé. Relisez la Task dans un moment.',
    'This deposit may be in the DMP already: the gateway is going to find out, it cannot be cancelled any more. Read the Task again in a while.',
  ),
  'task-version': row(
    412,
    'conflict',
    'Le dépôt a changé : If-Match dit {given}, sa version est {current}. Relisez la Task et recommencez.',
    'The deposit has changed: If-Match says {given}, its version is {current}. Read the Task again and start over.',
  ),
} as const satisfies Record<string, ErrorRow>;
