/** Failures waiting for the calls that they spoil. */

export interface FaultQueue<Fault> {
  add(fault: Fault): void;
  list(): Fault[];
  clear(): void;
  /** The first fault that applies, counted down. */
  take(applies: (fault: Fault) => boolean): Fault | undefined;
}

export function createFaultQueue<Fault extends { times: number }>(): FaultQueue<Fault> {
  let queue: Fault[] = [];
  return {
    add: (fault) => void queue.push({ ...fault }),
    list: () => queue.map((fault) => ({ ...fault })),
    clear: () => void (queue = []),
    take(applies) {
      const fault = queue.find(applies);
      if (fault !== undefined && --fault.times === 0) queue = queue.filter((f) => f !== fault);
      return fault;
    },
  };
}
