/** More façades on the database of a stack, each in a process of its own: event loop, pool and clock are its own, as in production. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Instance {
  /** FHIR base; it takes the tokens of the stack. */
  url: string;
  close(): Promise<void>;
}

/** @param environment that of the stack, and what differs */
export async function startInstance(environment: Record<string, string>): Promise<Instance> {
  const program = path.join(import.meta.dirname, 'instance-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [url] = (await Promise.race([once(lines, 'line'), ended.then(() => [undefined])])) as [string | undefined];
  if (url === undefined) throw new Error('the instance did not start');
  return {
    url,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
