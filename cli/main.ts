#!/usr/bin/env node
// The command `twinwrite`.

import { processIo } from './io.ts';
import { useLocalDefaults } from './local-defaults.ts';
import { run } from './run.ts';

useLocalDefaults(process.env);
process.exitCode = await run(process.argv.slice(2), processIo());
