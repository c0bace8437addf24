#!/usr/bin/env node
// The launcher of `npx dmp-takeover`: the command line is TypeScript, which Node is taught to read here.
import { register } from 'tsx/esm/api';

register();
await import('../takeover.ts');
