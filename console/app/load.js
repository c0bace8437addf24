// @ts-check
/** Something that is asked for when a component appears, and again when what it depends on changes or `reload` is called. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/**
 * @template T
 * @typedef {{ data?: T, error?: unknown, isLoading: boolean, reload: () => Promise<void> }} Loaded
 */

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @param {readonly unknown[]} on
 * @returns {Loaded<T>}
 */
export function useLoad(ask, on) {
  const [state, setState] = useState(
    /** @type {{ data?: T, error?: unknown, isLoading: boolean }} */ ({ isLoading: true }),
  );
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, isLoading: true }));
    /** @type {{ data?: T, error?: unknown, isLoading: boolean }} */
    let next;
    try {
      next = { data: await ask(), isLoading: false };
    } catch (error) {
      next = { error, isLoading: false };
    }
    // An answer that was overtaken says nothing any more.
    if (mine === turn.current) setState(next);
  }, on);
  useEffect(() => {
    void reload();
    return () => {
      turn.current++;
    };
  }, [reload]);
  return { ...state, reload };
}
