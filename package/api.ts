// Writes etc/*.api.md: what each entry of the package exports, so that a change of it is seen when it is made.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Extractor,
  ExtractorConfig,
  type ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';

const root = join(import.meta.dirname, '..');

/** The declarations of each entry, by the name of its report. */
const ENTRIES = { twinwrite: 'client', cdk: 'lib', contract: 'core', local: 'local' };

/**
 * @param dist - as `npm run build` writes it
 * @returns each report's text by its file's name in etc/
 */
export async function apiReports(dist = join(root, 'dist')): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-api-'));
  try {
    await mkdir(join(folder, 'etc'));
    const reports: Record<string, string> = {};
    for (const [name, entry] of Object.entries(ENTRIES)) {
      extract(join(dist, 'cjs', entry, 'index.d.ts'), name, folder);
      const report = await readFile(join(folder, 'etc', `${name}.api.md`), 'utf8');
      reports[`${name}.api.md`] = report.replaceAll(`${dist}/`, 'dist/');
    }
    return reports;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function extract(mainEntryPointFilePath: string, name: string, folder: string): void {
  const none = { logLevel: 'none' as ExtractorLogLevel };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [mainEntryPointFilePath] } },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(folder, 'etc'),
        reportTempFolder: folder,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: none },
        extractorMessageReporting: {
          default: none,
          'ae-forgotten-export': REPORTED,
        },
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  Extractor.invoke(config, { localBuild: true, messageCallback: quiet });
}

/** The messages are in the reports; of no interest beside them. */
function quiet(message: ExtractorMessage): void {
  message.handled = true;
}

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};

const REPORTED = { logLevel: 'none' as ExtractorLogLevel, addToApiReportFile: true };

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(await apiReports()))
    await writeFile(join(root, 'etc', name), text);
}
