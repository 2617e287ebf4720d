import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { SECRET_HEADER } from '../../console/api.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { Terminal, twinwrite } from './terminal.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('assembly'), warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

/** An address to open, taken apart. */
function partsOf(url: string) {
  const { origin, hash } = new URL(url);
  return { origin, headers: { [SECRET_HEADER]: hash.replace('#secret=', '') } };
}

describe('twinwrite console', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves the store’s runs until %s', async (signal) => {
    const created = await twinwrite('create', '--key', `id=${signal}`, '--set', 'title=Hello');
    expect(created.code).toBe(0);
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'console', '--port', '0', '--json'], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', AWS_ENDPOINT_URL: cloud.endpoint },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors = text(child.stderr);
    const [line] = await once(createInterface(child.stdout), 'line');
    const { origin, headers } = partsOf((JSON.parse(line) as { url: string }).url);

    const page = await fetch(`${origin}/`);
    expect(await page.text()).toContain('<div id="root">');
    const runs = await fetch(`${origin}/api/runs?item=id%3D${signal}`, { headers });
    expect(await runs.json()).toMatchObject({ entries: [{ operation: 'create', key: { id: signal } }] });
    const session = await fetch(`${origin}/api/session`, { headers });
    expect(await session.json()).toMatchObject({ endpoint: cloud.endpoint, version: expect.any(String) });

    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await errors).toBe('');
    await expect(fetch(`${origin}/`)).rejects.toThrow();
  });

  it('says that its address is a secret, and when its port is in use', async () => {
    const terminal = new Terminal();
    const ended = terminal.run('console', '--port', '0');
    await vi.waitFor(() => expect(terminal.out).toContain('Ctrl-C'), { timeout: 60_000 });
    const [, port = ''] = /http:\/\/127\.0\.0\.1:(\d+)\/#secret=[\w-]{43}$/m.exec(terminal.out) ?? [];
    expect(terminal.out).toContain('keep it to yourself');

    const second = await twinwrite('console', '--port', port);
    terminal.signal('SIGINT');

    expect(second).toMatchObject({
      code: 1,
      out: '',
      err: `error: port ${port} is in use; choose another with --port (0: any free one)\n`,
    });
    expect((await ended).code).toBe(0);
  });

  it('says what keeps it from starting in one line', async () => {
    const noStack = await twinwrite('console', '--port', '0', '--stack', 'Elsewhere');
    expect(noStack).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: .*Elsewhere.*\n$/),
    });
    expect(await twinwrite('console', '--port', 'many')).toMatchObject({ code: 2 });
  });
});
