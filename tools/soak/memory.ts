/** The memory of a façade that was started with `--inspect`, after a garbage collection: what it needs, not what it has not cleared yet. */
import { once } from 'node:events';
import { WebSocket } from 'undici';

/** MiB. */
export interface Memory {
  /** JavaScript's heap and what hangs on it outside (buffers). */
  heap: number;
  rss: number;
}

export interface Inspector {
  /** Collects garbage, and measures. */
  memory(): Promise<Memory>;
  close(): void;
}

interface Answer {
  id?: number;
  result?: { result?: { value?: unknown } };
}

/** @param port of the inspector (Chrome DevTools Protocol) */
export async function inspect(port: number): Promise<Inspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  let count = 0;
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const call = (method: string, params: object = {}): Promise<Answer> => {
    const id = ++count;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => waiting.set(id, resolve)).then((answer) => (waiting.delete(id), answer as Answer));
  };
  return {
    async memory() {
      await call('HeapProfiler.collectGarbage');
      const { result } = await call('Runtime.evaluate', {
        expression: 'JSON.stringify(process.memoryUsage())',
        returnByValue: true,
      });
      const { heapUsed, external, rss } = JSON.parse(String(result?.result?.value)) as NodeJS.MemoryUsage;
      const mib = (bytes: number): number => bytes / 2 ** 20;
      return { heap: mib(heapUsed + external), rss: mib(rss) };
    },
    close: () => socket.close(),
  };
}
