/**
 * Every request that reaches the closed part of the API leaves a record, before the first byte of its answer does. Whatever answers
 * says so to `keep` (send.ts); an answer that is not on record cannot begin, wherever it comes from.
 */
import type { Request, RequestHandler, Response } from 'express';
import { errorRow } from '../../../mappings/errors.ts';
import { record, RecordUnavailable, type Author, type Entry } from '../../audit/record.ts';
import { floodGauge, type IsNotable } from '../../auth/flood.ts';
import { createTrail } from '../../audit/trail.ts';
import type { RecordOutcome, Store } from '../../store/types.ts';
import { stateOf, type Answered, type RequestState } from '../request.ts';
import type { Services } from '../services.ts';
import { askedOf } from './asked.ts';
import { patientsOf, resourcesOf } from './subjects.ts';

interface Room extends Pick<Services, 'store' | 'config' | 'now' | 'logger'> {
  isNotable: IsNotable;
}

export function onRecord(given: Omit<Room, 'isNotable'>): RequestHandler {
  const room = { ...given, isNotable: floodGauge() };
  return (req, res, next) => {
    const state = stateOf(res);
    state.trail = createTrail(() => viewOf(state, room), state);
    const recorder = recorderOf(req, res, room);
    state.keep = recorder.keep;
    guard(res, recorder.isKept);
    res.once('close', recorder.closed);
    next();
  };
}

interface Recorder {
  keep: NonNullable<RequestState['keep']>;
  /** Whether an answer of this status may begin. */
  isKept(status: number): boolean;
  closed(): void;
}

function recorderOf(req: Request, res: Response, room: Room): Recorder {
  let kept: number | undefined;
  let isUnavailable = false;
  let isCut = false;
  const write = async (answered: Answered): Promise<void> => {
    await record(room, authorOf(stateOf(res), room), ...(await entriesOf(req, stateOf(res), answered, room)));
  };
  /** What was on record as answered did not arrive whole: a second record says so. */
  const cut = async (): Promise<void> => {
    if (isCut) return;
    isCut = true;
    await write({ status: kept ?? 0, cut: true }).catch(() => {
      room.logger.error({ requestId: stateOf(res).requestId }, 'an answer that was cut is not on record');
    });
  };
  return {
    async keep(answered) {
      if (isUnavailable || (kept !== undefined && (kept === answered.status || answered.cut))) return;
      if (answered.cut) return cut();
      if (isFlood(stateOf(res), answered) && !room.isNotable(req.ip)) {
        kept = answered.status;
        isCut = true; // nor is it on record that it was not waited for
        return;
      }
      try {
        await write(answered);
      } catch (cause) {
        isUnavailable = true;
        throw cause instanceof RecordUnavailable ? cause : new RecordUnavailable('request', { cause });
      }
      kept = answered.status;
      if (res.destroyed && !res.writableFinished) await cut();
    },
    isKept: (status) => kept === status || (isUnavailable && status === errorRow('audit-unavailable').status),
    closed: () => {
      if (kept !== undefined && !res.writableFinished) void cut();
    },
  };
}

/** 429 in place of a 401 (`limits.ts`): nobody is known, and there have been many. */
const isFlood = ({ caller }: RequestState, { status }: Answered): boolean => status === 429 && caller === undefined;

/** Node begins every answer by `writeHead`, its own calls included. */
function guard(res: Response, isKept: Recorder['isKept']): void {
  const begin = res.writeHead.bind(res) as (...args: unknown[]) => Response;
  res.writeHead = ((...args: unknown[]) => {
    const status = typeof args[0] === 'number' ? args[0] : res.statusCode;
    if (!isKept(status)) throw new Error('an answer that is not on record');
    return begin(...args);
  }) as typeof res.writeHead;
}

/** Without a token that was found good, nobody is known: the façade's own structure keeps that somebody tried. */
const authorOf = ({ caller }: RequestState, { config }: Pick<Room, 'config'>): Author =>
  caller ?? { structure: { id: config.STRUCTURE_ID }, clientId: '' };

/** The store as the caller's structure sees it: to be on record somewhere is to be met there, and nowhere else. */
const viewOf = (state: RequestState, { store, config }: Pick<Room, 'store' | 'config'>): Store =>
  store.as(authorOf(state, { config }).structure.id);

function outcomeOf({ status, cut }: Answered, problems: readonly string[]): RecordOutcome {
  if (cut) return 'failure';
  if (problems.includes('internal')) return 'major';
  return status >= 500 ? 'failure' : status >= 400 ? 'refused' : 'success';
}

/** One entry for each patient (BALP, PatientQuery), one without where there is none. */
async function entriesOf(req: Request, state: RequestState, answered: Answered, room: Room): Promise<Entry[]> {
  const { status, reply, cut } = answered;
  const { asked, trail, requestId } = state;
  const problems = answered.problems ?? [];
  const { set, references } = resourcesOf(state, reply);
  const patients = await patientsOf(state, reply, references, viewOf(state, room));
  const { address, ...request } = askedOf(req, state, reply, room.config.fhirBase);
  const what = {
    ...request,
    ...(status === 0 ? {} : { status }),
    ...(cut ? { cut: true } : {}),
    ...(asked ? { restful: asked.interaction.code, ihe: asked.interaction.ihe } : {}),
    ...(set === undefined ? {} : { set }),
    ...(references.length > 0 ? { references } : {}),
    ...(problems.length > 0 ? { problems } : {}),
    ...trail?.notes(),
    ...(address === undefined ? {} : { address }),
    ...(trail?.traceparent === undefined ? {} : { traceparent: trail.traceparent }),
  };
  // The administration has routes of its own (server/admin/), which are no interactions.
  const isAdministration = state.route?.startsWith('/admin') === true;
  const entry: Entry = {
    kind: isAdministration ? 'registration' : 'request',
    outcome: outcomeOf(answered, problems),
    requestId,
    details: what,
  };
  return patients.length > 0 ? patients.map((patientId) => ({ ...entry, patientId })) : [entry];
}
