// The option --port of commands that serve on 127.0.0.1.

import { InvalidArgumentError } from 'commander';
import { CommandFailed } from '../errors.ts';

export function asPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('Expected 0 to 65535.');
  return port;
}

export function portInUse(port: number): CommandFailed {
  return new CommandFailed(`port ${port} is in use; choose another with --port (0: any free one)`);
}
