// Finds and loads a function's handler by the rules of the managed Node.js runtimes. Runs in the worker thread.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionError } from './types.ts';

export type Handler = (event: unknown, context: unknown, callback: unknown) => unknown;

/** The error that the runtime reports under a name of its own. */
class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * Loads `file.export` from a folder: `.js` (CommonJS, or ESM where the code's own package.json says so), `.mjs`, `.cjs`.
 * @throws an error named Runtime.MalformedHandlerName, Runtime.ImportModuleError, Runtime.UserCodeSyntaxError or
 *   Runtime.HandlerNotFound, or whatever the module threw while it was loaded
 */
export async function loadHandler(codeFolder: string, handler: string): Promise<Handler> {
  const base = path.basename(handler);
  const [, moduleName, exportPath] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
  if (moduleName === undefined || exportPath === undefined) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const loaded = await loadModule(codeFolder, path.dirname(handler), moduleName);
  let found: unknown = loaded;
  for (const name of exportPath.split('.')) {
    found = (found as Record<string, unknown> | undefined)?.[name];
  }
  if (found === undefined || found === null) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  }
  return found as Handler;
}

async function loadModule(root: string, folder: string, name: string): Promise<unknown> {
  const file = path.resolve(root, folder, name);
  const require = createRequire(path.join(root, 'index.js'));
  const jsIsModule = isModulePackage(path.dirname(file), root);
  try {
    if (!jsIsModule && existsSync(`${file}.js`)) return require(`${file}.js`);
    for (const extension of ['.js', '.mjs']) {
      if (existsSync(file + extension)) return await import(pathToFileURL(file + extension).href);
    }
    if (existsSync(`${file}.cjs`)) return require(`${file}.cjs`);
  } catch (error) {
    throw asRuntimeError(error);
  }
  throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
}

/**
 * The runtime renames syntax errors and CommonJS's missing modules. An ES module's failed import (ERR_MODULE_NOT_FOUND)
 * keeps its name, `Error`, as on AWS.
 */
function asRuntimeError(error: unknown): unknown {
  if (error instanceof SyntaxError) return new RuntimeError('Runtime.UserCodeSyntaxError', String(error));
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'MODULE_NOT_FOUND') {
    return new RuntimeError('Runtime.ImportModuleError', String(error));
  }
  return error;
}

function isModulePackage(folder: string, root: string): boolean {
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return (parsed as { type?: unknown }).type === 'module';
  }
  return folder === root || path.dirname(folder) === folder
    ? false
    : isModulePackage(path.dirname(folder), root);
}

/**
 * Any thrown value as the error document that the runtime makes of it.
 * @param codeFolder - shown as `/var/task`, where the code lies on AWS
 */
export function describeError(thrown: unknown, codeFolder: string): FunctionError {
  const shown = (text: string): string => text.replaceAll(codeFolder, '/var/task');
  if (thrown instanceof Error) {
    return {
      errorType: thrown.name,
      errorMessage: shown(thrown.message),
      trace: shown(thrown.stack ?? String(thrown)).split('\n'),
    };
  }
  return { errorType: typeof thrown, errorMessage: shown(String(thrown)), trace: [] };
}
