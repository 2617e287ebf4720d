import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { twinwrite } from './terminal.ts';

const COMMANDS = ['local', 'create', 'update', 'delete', 'get', 'sweep'];

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
});
afterEach(() => vi.unstubAllEnvs());

describe('help and version', () => {
  it.each(COMMANDS)('twinwrite %s --help shows its options and examples', async (command) => {
    const { code, out, err } = await twinwrite(command, '--help');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: twinwrite ${command}`);
    expect(out).toContain(`$ twinwrite ${command}`);
  });

  it('lists every command, and the exit codes', async () => {
    const { code, out } = await twinwrite('--help');

    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(out).toContain('Exit codes: 0 done');
  });

  it('shows help and fails when no command is given', async () => {
    const { code, err } = await twinwrite();

    expect(code).toBe(2);
    expect(err).toContain('Usage: twinwrite');
  });

  it('prints its version', async () => {
    expect(await twinwrite('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('wrong command lines end with 2 and one line that names the option', () => {
  it.each([
    [['creat'], "unknown command 'creat'"],
    [['create'], "required option '--key <name=value>' not specified"],
    [['create', '--key', 'id'], "'--key <name=value>' argument 'id' is invalid. Expected NAME=VALUE."],
    [['create', '--key', '=42'], 'Expected NAME=VALUE.'],
    [
      ['sweep', '--grace', '30m'],
      "'--grace <duration>' argument '30m' is invalid. a grace is at least 1h: a writer may",
    ],
    [['sweep', '--grace', 'soon'], 'expected a number and s, m, h or d, such as 24h'],
    [['sweep', '--delete', '--dry-run'], "option '--dry-run' cannot be used with option '--delete'"],
    [['sweep', '--inventory', 'manifest.json'], 'Expected s3://BUCKET/KEY.'],
    [['sweep', '--run', 'x', '--delete'], "option '--run <name>' cannot be used with option '--delete'"],
    [['create', '--key', 'id=1', '--key', 'id=2'], 'id was given before.'],
    [['create', '--key', 'id=1', '--sett', 'a=b'], "unknown option '--sett'"],
    [
      ['create', '--key', 'id=1', '--set-json', 'n={'],
      "'--set-json <name=json>' argument 'n={' is invalid. Not JSON",
    ],
    [['create', '--key', 'id=1', '--set', 'a=b', '--set-json', 'a=1'], '--set-json a: --set gives it too'],
    [['create', '--key', 'id=1', '--large', 'page=@'], 'Expected a file name after @.'],
    [['create', '--key', 'id=1', '--large', 'page=@/no/such'], '--large page=@/no/such: no such file'],
    [['create', '--key', 'id=1', '--large', 'page=@.'], '--large page=@.: is a folder'],
    [
      ['create', '--key', 'id=1', '--large', 'a=-', '--large', 'b=-'],
      'standard input (-) can be the content of one',
    ],
    [
      ['create', '--key', 'id=1', '--content-type', 'page=text/plain'],
      '--content-type page: there is no --large page',
    ],
    [['create', '--key', 'id=1', '--metadata', 'page:k=v'], '--metadata page: there is no --large page'],
    [['create', '--key', 'id=1', '--metadata', 'page=v'], 'Expected NAME:KEY=VALUE.'],
    [['update', '--key', 'id=1', '--expected-version', '0'], 'Expected a whole number from 1.'],
    [['update', '--key', 'id=1', '--add', 'n=many'], 'Expected a number that DynamoDB can hold.'],
    [['update', '--key', 'id=1', '--value', ':a=1'], '--value: there is no --condition'],
    [['get', '--key', 'id=1', '--out', 'page='], 'Expected a file name, or -.'],
    [
      ['get', '--key', 'id=1', '--out', 'a=-', '--out', 'b=-'],
      '--out: standard output (-) can take one attribute',
    ],
    [['get', '--key', 'id=1', '--out', 'a=-', '--json'], 'not together with --json'],
    [['get', '--key', 'id=1', '--out', 'a=-', '--url', 'b'], 'not together with --json or --url'],
    [['get', '--key', 'id=1', '--out', 'a=x', '--out', 'b=x'], '--out: x cannot hold two attributes'],
    [['get', '--key', 'id=1', '--expires-in', '60'], '--expires-in: there is no --url'],
    [['get', '--key', 'id=1', '--url', 'a', '--expires-in', '1h'], 'Expected whole seconds'],
    [['get', '--key', 'id=1', 'stray'], 'too many arguments'],
    [
      ['runs', '--since', '1h', '--until', '2h'],
      'no run can have started in between (a duration counts back from now)',
    ],
    [['runs', '--since', '1h', '--until', '2h', '--lane', 'express'], '--since: '],
    [['runs', '--since', '1h', '--until', '60m'], ' is not before --until, '],
    [
      ['runs', '--since', '2026-11-23T15:33Z', '--until', '2026-11-23T15:33Z', '--json'],
      '--since: 2026-11-23T15:33:00Z is not before --until, 2026-11-23T15:33:00Z: no run can have started',
    ],
    [
      ['runs', '--since', '2026-11-23', '--until', '2026-11-22'],
      '--since: 2026-11-23T00:00:00Z is not before',
    ],
    [['runs', '--since', '0s', '--csv'], ' is not before now: no run'],
    [['replay', '--outcome', 'stuck', '--yes', '--since', '1h', '--until', '2h'], ' is not before --until, '],
    [['replay', '--outcome', 'stuck', '--dry-run', '--since', '0.0h'], ' is not before now: no run'],
    ...['-1h', '', 'Infinityd', '1e3h', 'NaN', '1h30m', '2026-02-30', '2026-13-01', '2026-11-23 (noon)'].map(
      (time): [string[], string] => [
        ['runs', '--since', time],
        'Expected 30m, 24h, 7d or the like, or a time',
      ],
    ),
    [['runs', '--until', '2026-11-31T10:00Z'], 'Expected 30m, 24h, 7d or the like, or a time'],
    [['local', '--port', '70000'], 'Expected 0 to 65535.'],
    [['local', '--time-scale', '0'], 'Expected a number above 0.'],
    [['local', '--partition-key', 'id'], 'Expected NAME:S, NAME:N or NAME:B.'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await twinwrite(...argv);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.replace(/^\{"error":"UsageError","message":"(.*)"\}/, 'error: $1')).toMatch(
      /^error: [^\n]+\n$/,
    );
    expect(err).toContain(message);
  });

  it('take times without a zone for UTC, as tables show them, wherever the terminal is', async () => {
    vi.stubEnv('TZ', 'Pacific/Kiritimati');
    const { err } = await twinwrite('runs', '--since', '2026-11-23 15:33:02', '--until', '2026-11-23');
    expect(err).toContain('--since: 2026-11-23T15:33:02Z is not before --until, 2026-11-23T00:00:00Z');
  });

  it('are JSON with --json', async () => {
    const { err } = await twinwrite('delete', '--key', 'id', '--json');

    expect(JSON.parse(err)).toEqual({
      error: 'UsageError',
      message: "option '--key <name=value>' argument 'id' is invalid. Expected NAME=VALUE.",
    });
  });
});

describe('when AWS cannot be asked', () => {
  it('an endpoint that nobody listens at is one line, with a hint', async () => {
    expect(await twinwrite('get', '--key', 'id=1')).toMatchObject({
      code: 1,
      out: '',
      err: 'error: cannot reach http://127.0.0.1:1 (ECONNREFUSED); is `twinwrite local` running there?\n',
    });
  });

  it('missing credentials are one line that says what to set', async () => {
    withoutCredentials();

    expect(await twinwrite('get', '--key', 'id=1')).toMatchObject({
      code: 1,
      err: 'error: no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n',
    });
  });

  it('a missing Region is one line that says what to set', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');

    expect(await twinwrite('get', '--key', 'id=1')).toMatchObject({
      code: 1,
      err: 'error: no AWS Region: give --region, or set AWS_REGION\n',
    });
  });
});

function withoutCredentials(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
}
