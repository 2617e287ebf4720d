// Writes the results of a Map Run to a bucket: a manifest, and files of results by how the children ended.

import type { ResultWriter } from '../definition/types.ts';
import { STATES, StateFailure } from '../failure.ts';
import { type Dispatch, parameterProblem } from '../integrations/integration.ts';
import { call, request } from '../integrations/response.ts';
import { parseDocument } from '../integrations/s3/wire.ts';
import { byteLength, type Json, type JsonObject } from '../json.ts';
import type { Results } from './map-run.ts';
import { countWritten, record, transformed } from './results.ts';

type FileKind = 'SUCCEEDED' | 'FAILED' | 'PENDING';

interface ResultFile {
  readonly Key: string;
  readonly Size: number;
}

/** A file is written when so many bytes of results are at hand: memory does not grow with them. On AWS it is 5 GB. */
const FILE_BYTES = 4 * 1024 * 1024;

const DESTINATION = { required: ['Bucket'], known: ['Bucket', 'Prefix'] };

/**
 * Results as objects in a bucket, in the order in which children end. A redrive adds to the files of what succeeded, and
 * writes the others and the manifest anew; AWS documents neither that nor the shape of what is pending.
 * @param id - of the Map Run
 * @throws {StateFailure} States.ResultWriterFailed where the destination is no Bucket and Prefix
 */
export function exportedResults(
  writer: ResultWriter,
  destination: Json,
  id: string,
  dispatch: Dispatch,
): Results {
  const problem = parameterProblem(DESTINATION, destination);
  if (problem !== undefined) throw writerFailed(problem);
  const { Bucket, Prefix = '' } = destination as JsonObject;
  const bucket = String(Bucket);
  const folder = [Prefix, id].filter((part) => part !== '').join('/');
  const put = (key: string, content: string) => putObject(bucket, key, content, dispatch);
  const file = (kind: FileKind) => new ResultFiles(kind, folder, writer.outputType, put);
  const succeeded = file('SUCCEEDED');
  return {
    exported: true,
    add: (child) => succeeded.add(transformed(child, writer.transformation)),
    finish: async (mapRun) => {
      const [failed, pending] = [file('FAILED'), file('PENDING')];
      for (const child of mapRun.unsuccessful.values()) await failed.add([record(child)]);
      for (const { inputText } of mapRun.pending) await pending.add([notStarted(inputText)]);
      const files = await Promise.all([failed, pending, succeeded].map((each) => each.end()));
      const [FAILED, PENDING, SUCCEEDED] = files;
      countWritten(mapRun);
      const manifest = {
        DestinationBucket: bucket,
        MapRunArn: mapRun.origin.arn,
        ResultFiles: { FAILED, PENDING, SUCCEEDED },
      };
      const key = `${folder}/manifest.json`;
      await put(key, JSON.stringify(manifest));
      return { MapRunArn: mapRun.origin.arn, ResultWriterDetails: { Bucket: bucket, Key: key } };
    },
  };
}

function notStarted(inputText: string): Json {
  return { Input: inputText, InputDetails: { Included: true }, Status: 'PENDING' };
}

/** The files of one kind, numbered from 0. */
class ResultFiles {
  readonly #kind: FileKind;
  readonly #folder: string;
  readonly #type: ResultWriter['outputType'];
  readonly #put: (key: string, content: string) => Promise<void>;
  readonly #written: ResultFile[] = [];
  #texts: string[] = [];
  #bytes = 0;
  #number = 0;
  /** Files are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(
    kind: FileKind,
    folder: string,
    type: ResultWriter['outputType'],
    put: (key: string, content: string) => Promise<void>,
  ) {
    this.#kind = kind;
    this.#folder = folder;
    this.#type = type;
    this.#put = put;
  }

  async add(results: readonly Json[]): Promise<void> {
    for (const result of results) {
      const text = JSON.stringify(result);
      this.#texts.push(text);
      this.#bytes += byteLength(text);
    }
    if (this.#bytes >= FILE_BYTES) await this.#write();
  }

  async end(): Promise<readonly ResultFile[]> {
    if (this.#texts.length > 0) await this.#write();
    await this.#writing;
    return this.#written;
  }

  #write(): Promise<void> {
    const content = this.#type === 'JSONL' ? `${this.#texts.join('\n')}\n` : `[${this.#texts.join(',')}]`;
    const Key = `${this.#folder}/${this.#kind}_${this.#number++}.${this.#type.toLowerCase()}`;
    this.#texts = [];
    this.#bytes = 0;
    this.#writing = this.#writing.then(async () => {
      await this.#put(Key, content);
      this.#written.push({ Key, Size: byteLength(content) });
    });
    return this.#writing;
  }
}

async function putObject(bucket: string, key: string, content: string, dispatch: Dispatch): Promise<void> {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
  const headers = { 'content-type': 'application/json' };
  const answer = await call(dispatch, 's3', request('PUT', `/${path}`, headers, content));
  if (answer === undefined) throw writerFailed('Unable to execute HTTP request: the connection was closed');
  if (answer.status < 300) return;
  const { Code = '', Message = '' } = parseDocument(answer.body);
  const ids = `Request ID: ${answer.requestId}; S3 Extended Request ID: ${answer.headers['x-amz-id-2'] ?? ''}`;
  throw writerFailed(
    `${Message} (Service: Amazon S3; Status Code: ${answer.status}; Error Code: ${Code}; ${ids}; Proxy: null)`,
  );
}

function writerFailed(cause: string): StateFailure {
  return new StateFailure(STATES.resultWriterFailed, cause);
}
