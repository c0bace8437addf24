/** The documents that a named seed puts in the registry. */
import type { World } from '../world.ts';

export function seedDocuments(_world: World, _seed: string): void {}
