/**
 * `npx dmp-takeover <command> <source>` (or `npm run -s takeover -- …`): takes years of documents over into the DMP
 * (docs/take-over.md). It talks to a running façade over its API alone.
 */
import { runProgram } from './takeover/program.ts';

process.exitCode = await runProgram(process.argv.slice(2));
