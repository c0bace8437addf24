/** Starts the embedded database of a folder in a process of its own, says where it is, and waits to be killed. */
import { startEmbedded } from '../../server/store/embedded/index.ts';

const { url } = await startEmbedded(process.argv[2]!);
console.log(JSON.stringify({ url, uid: process.getuid?.() }));
setInterval(() => undefined, 60_000);
