/** A store and a DMP in memory: what a deposit did to them can be looked at. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { onlyPrimary } from '../../../server/registry/primary.ts';
import { loadConfig, type Config } from '../../../server/config.ts';
import type { SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import type { CallContext, DmpError, DmpClient, Transaction } from '../../../server/dmp/types.ts';
import type { Services } from '../../../server/fhir/services.ts';
import type {
  HeldDocument,
  Ins,
  NewDocument,
  Reservation,
  Store,
  StoredDocument,
  StoredIdentity,
  SeenDocument,
  StoredList,
  StoredPatient,
  StoredSet,
} from '../../../server/store/types.ts';
import { openGate, withoutConsents } from '../../support/gate.ts';
import type { StoredQuery } from '../../../mappings/query.ts';
import type { RegistryResponse } from '../../../mappings/xds.ts';

type Held = StoredDocument & { contentDigest: string };

/** The store's contract, in memory (server/store has its own tests against PostgreSQL). */
export class FakeStore {
  readonly held = new Map<string, Held>();
  readonly savedSets = new Map<string, StoredSet>();
  private readonly people = new Map<string, StoredPatient>();
  constructor(private readonly now: () => Date) {}

  readonly patients: Store['patients'] = {
    byIns: async (ins) => {
      const known = [...this.people.values()].find((p) => p.ins.value === ins.value && p.ins.oid === ins.oid);
      const patient = known ?? { id: randomUUID(), ins };
      this.people.set(patient.id, patient);
      return patient;
    },
    byId: async (id) => this.people.get(id),
    among: async (ids) => ids.filter((id) => this.people.has(id)),
    forget: async (id) => void this.people.delete(id),
  };

  readonly documents = {
    reserve: async (deposits: readonly NewDocument[]): Promise<Reservation[]> => {
      const results = deposits.map((d): Reservation => {
        const other = [...this.held.values()].find((h) => h.uniqueId === d.uniqueId);
        if (!other) return { state: 'new', document: this.make(d) };
        const mine = other.patientId === d.patientId && other.contentDigest === d.contentDigest;
        return { state: !mine ? 'conflict' : other.state === 'pending' ? 'pending' : 'existing', document: other };
      });
      if (results.every((r) => r.state === 'new'))
        results.forEach((r, i) =>
          this.held.set(r.document.id, { ...r.document, contentDigest: deposits[i]!.contentDigest }),
        );
      return results;
    },
    confirm: async (ids: readonly string[]) => ids.forEach((id) => (this.held.get(id)!.state = 'confirmed')),
    release: async (held: readonly HeldDocument[]) =>
      held.forEach(({ id, updatedAt }) => {
        const document = this.held.get(id);
        if (document?.state === 'pending' && document.updatedAt.getTime() === updatedAt.getTime()) this.held.delete(id);
      }),
    takeOver: async (id: string, olderThan: Date) => {
      const document = this.held.get(id);
      if (document?.state !== 'pending' || document.updatedAt >= olderThan) return undefined;
      document.updatedAt = this.now();
      return document.updatedAt;
    },
    abandon: async (ids: readonly string[]) =>
      ids.forEach((id) => {
        const document = this.held.get(id);
        if (document?.state === 'pending') document.updatedAt = new Date(0);
      }),
    byId: async (id: string) => this.held.get(id),
    byIdentifier: async (value: string) => {
      const plain = value.replace(/^urn:(oid|uuid):/, '');
      return [...this.held.values()].find((d) => d.uniqueId === plain || d.entryUuid === `urn:uuid:${plain}`);
    },
    bind: async (seen: readonly SeenDocument[]) =>
      seen.map((s) => {
        const known = [...this.held.values()].find((d) => d.uniqueId === s.uniqueId);
        const { logicalId: _l, hash: _h, ...rest } = s;
        const document: Held = known ?? {
          ...this.make({
            ...rest,
            setId: '',
            contentDigest: '',
            hash: '',
            size: 0,
            labels: s.labels ?? [],
          }),
          state: 'seen',
          setId: undefined,
          contentDigest: '',
        };
        document.entryUuid = s.entryUuid;
        if (s.labels) document.labels = s.labels;
        this.held.set(document.id, document);
        return document;
      }),
    changeStatus: async (id: string, availabilityStatus: string) =>
      void (this.held.get(id)!.availabilityStatus = availabilityStatus),
    changeLabels: async (id: string, labels: readonly string[]) => void (this.held.get(id)!.labels = labels),
  };

  /** Identities that the structure fed. */
  readonly fed: StoredIdentity[] = [];
  readonly identities = {
    byId: async (id: string) => this.fed.find((i) => i.id === id),
    byLocal: async (_: string, system: string, value: string) =>
      this.fed.find((i) => i.system === system && i.value === value),
    byIns: async (_: string, ins: Ins) => this.fed.filter((i) => i.ins?.value === ins.value && i.ins.oid === ins.oid),
  };

  /** None are recorded. */
  readonly feedingRules = { inForce: async () => undefined };

  readonly folders = new Map<string, StoredList>();
  readonly lists = {
    byId: async (id: string) => this.folders.get(id),
    byIdentifier: async (value: string) =>
      [...this.folders.values()].find((f) => f.uniqueId === value.replace(/^urn:oid:/, '')),
  };

  readonly sets = {
    save: async (set: StoredSet) => void this.savedSets.set(set.id, set),
    byId: async (id: string) => this.savedSets.get(id),
    byUniqueId: async (uniqueId: string) => [...this.savedSets.values()].find((s) => s.uniqueId === uniqueId),
    isAnothers: async () => false,
  };

  private make(d: NewDocument): StoredDocument {
    const { contentDigest: _, ...rest } = d;
    const at = this.now();
    return {
      id: randomUUID(),
      ins: this.people.get(d.patientId)!.ins,
      state: 'pending',
      revision: 1,
      createdAt: at,
      updatedAt: at,
      ...rest,
    };
  }
}

/** A DMP that keeps what it was sent, and fails when told. */
export class FakeDmp implements DmpClient {
  readonly calls: { transaction: string; input: SubmissionInput; context: CallContext }[] = [];
  /** Next failures, first first. */
  readonly failures: DmpError[] = [];
  warnings: RegistryResponse['errors'] = [];
  status: RegistryResponse['status'] = 'Success';
  /** What TD3.1b finds: uniqueId → entryUUID. */
  readonly registry = new Map<string, string>();
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();

  async call<In, Out>(transaction: Transaction<In, Out>, input: In, context: CallContext): Promise<Out> {
    this.calls.push({ transaction: transaction.name, input: input as unknown as SubmissionInput, context });
    await this.gate;
    const failure = this.failures.shift();
    if (failure) throw failure;
    if (transaction.name === 'TD3.1b') {
      const [[uniqueId = ''] = []] = Object.values((input as unknown as StoredQuery).parameters)[0] ?? [];
      const found = this.registry.get(uniqueId);
      return { objects: { objectRefs: found ? [found] : [] }, errors: [] } as unknown as Out;
    }
    return { status: this.status, errors: this.warnings } as unknown as Out;
  }
  rehearse(): void {}
  async close(): Promise<void> {}
  /** The last submission. */
  get sent(): SubmissionInput {
    return this.calls[this.calls.length - 1]!.input;
  }
}

export interface World extends Services {
  memory: FakeStore;
  fake: FakeDmp;
  /** Moves the clock. */
  pass(seconds: number): void;
}

export function world(settings: Record<string, string> = {}): World {
  let at = new Date('2026-11-20T10:00:00Z').getTime();
  const now = (): Date => new Date(at);
  const memory = new FakeStore(now);
  const fake = new FakeDmp();
  const config: Config = loadConfig({ ...withoutConsents, ...settings });
  return {
    config,
    store: memory as unknown as Store,
    structures: onlyPrimary(config),
    dmp: fake,
    gate: openGate,
    logger: pino({ level: 'silent' }),
    now,
    memory,
    fake,
    pass: (seconds) => void (at += seconds * 1000),
  };
}
