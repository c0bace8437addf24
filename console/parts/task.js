// @ts-check
/** Something that a person has started: one at a time, and why it failed. */
import { useCallback, useState } from 'preact/hooks';

export function useTask() {
  const [state, setState] = useState(/** @type {{ isRunning: boolean, error?: unknown }} */ ({ isRunning: false }));
  const run = useCallback(async (/** @type {() => Promise<unknown>} */ work) => {
    setState({ isRunning: true });
    try {
      await work();
      setState({ isRunning: false });
    } catch (error) {
      setState({ isRunning: false, error });
    }
  }, []);
  return { ...state, run, clear: useCallback(() => setState({ isRunning: false }), []) };
}
