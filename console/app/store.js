// @ts-check
/** A value that components watch. */
import { useEffect, useState } from 'preact/hooks';

/**
 * @template T
 * @param {T} first
 */
export function store(first) {
  let value = first;
  /** @type {Set<(value: T) => void>} */
  const watchers = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const tell of [...watchers]) tell(next);
    },
    /** @param {(value: T) => void} tell of every change */
    watch: (tell) => void watchers.add(tell),
    /** As a hook. @returns {T} */
    use() {
      const [seen, see] = useState(value);
      useEffect(() => {
        watchers.add(see);
        see(value);
        return () => void watchers.delete(see);
      }, []);
      return seen;
    },
  };
}
