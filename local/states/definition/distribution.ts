// Reads what makes a Map a Distributed Map: where its items come from, how they are batched, what is run for each, and
// where the results go. Source: "Using Map state in Distributed mode" in the Developer Guide.

import { createHash } from 'node:crypto';
import { MAX_DATA_BYTES } from '../limits.ts';
import type { Reader } from './reader.ts';
import type { Distribution, ItemBatcher, ItemFormat, ItemReader, ResultWriter } from './types.ts';

const MAX_LABEL_LENGTH = 40;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is barred
const BARRED_IN_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&\x60\x22\u0000-\u001f\u007f-\u009f]/;
const DELIMITERS = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;
const COUNT = { min: 0, max: Number.MAX_SAFE_INTEGER };

/**
 * Reads what a Map has beside an inline one; undefined where the mode of its processor says that it is inline.
 * @param processor - the Map's ItemProcessor
 */
export function readDistribution(reader: Reader, name: string, processor: Reader): Distribution | undefined {
  const config = processor.child('ProcessorConfig');
  const distributed = config?.oneOf('Mode', ['INLINE', 'DISTRIBUTED']) === 'DISTRIBUTED';
  const executionType = distributed ? config?.oneOf('ExecutionType', ['STANDARD', 'EXPRESS']) : undefined;
  if (distributed) config?.require('ExecutionType');
  config?.done();
  if (!distributed) {
    refuseDistributedFields(reader);
    return undefined;
  }
  const { ProcessorConfig: _, ...definition } = processor.object;
  return {
    label: readLabel(reader) ?? generatedLabel(name),
    executionType: executionType ?? 'STANDARD',
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    reader: readItemReader(reader),
    batcher: readItemBatcher(reader),
    writer: readResultWriter(reader),
  };
}

function refuseDistributedFields(reader: Reader): void {
  for (const field of ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label']) {
    if (reader.raw(field) === undefined) continue;
    reader.diagnostics.schema(`Field '${field}' is only supported in 'DISTRIBUTED' mode`, reader.at(field));
  }
}

function readLabel(reader: Reader): string | undefined {
  const label = reader.string('Label');
  if (label === undefined) return undefined;
  const problem =
    label === ''
      ? 'Label cannot be empty'
      : label.length > MAX_LABEL_LENGTH
        ? `Label cannot exceed ${MAX_LABEL_LENGTH} characters`
        : BARRED_IN_LABEL.test(label)
          ? `Label contains invalid character: '${BARRED_IN_LABEL.exec(label)?.[0]}'`
          : undefined;
  if (problem !== undefined) reader.diagnostics.schema(problem, reader.at('Label'));
  return label;
}

/** On AWS a random one; here the same whenever the definition is loaded. */
function generatedLabel(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function readItemReader(reader: Reader): ItemReader | undefined {
  const object = reader.child('ItemReader');
  if (object === undefined) return undefined;
  if (reader.has('Items')) {
    const message = "'Items' beside 'ItemReader' is not supported by the local cloud";
    reader.diagnostics.unsupported(message, reader.at('Items'));
  }
  object.require('Resource');
  const resource = object.string('Resource') ?? '';
  const action = /^arn:aws[\w-]*:states:[\w-]*:\d*:s3:(listObjectsV2|getObject)$/.exec(resource)?.[1];
  if (action === undefined) {
    object.diagnostics.unsupported(
      `ItemReader of '${resource}' is not supported by the local cloud`,
      object.at('Resource'),
    );
  }
  const config = object.child('ReaderConfig');
  const format: ItemFormat = action === 'getObject' ? readFormat(object, config) : { type: 'objects' };
  config?.refuse('Transformation', "'Transformation' is not supported by the local cloud");
  const read = {
    format,
    arguments: object.template('Arguments', 'input'),
    maxItems: config?.integerTemplate('MaxItems', { min: 0, max: Number.MAX_SAFE_INTEGER }, 'input'),
  };
  object.require('Arguments');
  config?.done();
  object.done();
  return read;
}

function readFormat(object: Reader, config: Reader | undefined): ItemFormat {
  object.require('ReaderConfig');
  if (config?.has('ManifestType')) return readManifest(config);
  const type = config?.oneOf('InputType', ['JSON', 'JSONL', 'CSV', 'MANIFEST', 'PARQUET']);
  config?.require('InputType');
  switch (type) {
    case 'CSV':
      return readCsv(config as Reader);
    case 'JSONL':
    case 'MANIFEST':
      return { type };
    case 'PARQUET':
      config?.diagnostics.unsupported(
        `InputType '${type}' is not supported by the local cloud`,
        config.at('InputType'),
      );
      return { type: 'JSONL' };
    default:
      return { type: 'JSON', pointer: config?.string('ItemsPointer') };
  }
}

/** Of an S3 Inventory; that has one format only, so no InputType stands beside it. */
function readManifest(config: Reader): ItemFormat {
  if (config.oneOf('ManifestType', ['S3_INVENTORY', 'ATHENA_DATA']) === 'ATHENA_DATA') {
    const message = "ManifestType 'ATHENA_DATA' is not supported by the local cloud";
    config.diagnostics.unsupported(message, config.at('ManifestType'));
  } else if (config.has('InputType')) {
    const message = "Field 'InputType' cannot stand beside 'ManifestType': 'S3_INVENTORY'";
    config.diagnostics.schema(message, config.at('InputType'));
  }
  config.string('InputType');
  return { type: 'MANIFEST' };
}

function readCsv(config: Reader): ItemFormat {
  config.require('CSVHeaderLocation');
  const given = config.oneOf('CSVHeaderLocation', ['FIRST_ROW', 'GIVEN']) === 'GIVEN';
  const headers = config.raw('CSVHeaders');
  const delimiter = config.oneOf('CSVDelimiter', Object.keys(DELIMITERS) as (keyof typeof DELIMITERS)[]);
  const listed =
    Array.isArray(headers) && headers.length > 0 && headers.every((header) => typeof header === 'string')
      ? headers
      : undefined;
  if (given && listed === undefined) {
    config.diagnostics.schema('Expected a list of names', config.at('CSVHeaders'));
  }
  if (!given && headers !== undefined) {
    config.diagnostics.schema(
      "Field 'CSVHeaders' needs 'CSVHeaderLocation': 'GIVEN'",
      config.at('CSVHeaders'),
    );
  }
  return { type: 'CSV', headers: listed, delimiter: DELIMITERS[delimiter ?? 'COMMA'] };
}

function readItemBatcher(reader: Reader): ItemBatcher | undefined {
  const object = reader.child('ItemBatcher');
  if (object === undefined) return undefined;
  if (!object.has('MaxItemsPerBatch') && !object.has('MaxInputBytesPerBatch')) {
    object.diagnostics.schema(
      "One of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' is required",
      object.location,
    );
  }
  const batcher = {
    maxItems: object.integerTemplate('MaxItemsPerBatch', { ...COUNT, min: 1 }, 'input'),
    maxBytes: object.integerTemplate('MaxInputBytesPerBatch', { min: 1, max: MAX_DATA_BYTES }, 'input'),
    input: object.template('BatchInput', 'input'),
  };
  object.done();
  return batcher;
}

/** Unless told otherwise, results that are exported come with their executions, and others bare. */
function readResultWriter(reader: Reader): ResultWriter {
  const object = reader.child('ResultWriter');
  if (object === undefined) return { destination: undefined, transformation: 'COMPACT', outputType: 'JSON' };
  const config = object.child('WriterConfig');
  const exports = object.has('Resource') || object.has('Arguments');
  if (exports) object.require('Resource', 'Arguments');
  else if (config === undefined) object.require('WriterConfig');
  const resource = object.string('Resource');
  if (resource !== undefined && !/^arn:aws[\w-]*:states:[\w-]*:\d*:s3:putObject$/.test(resource)) {
    object.diagnostics.unsupported(
      `ResultWriter to '${resource}' is not supported by the local cloud`,
      object.at('Resource'),
    );
  }
  config?.require('Transformation', 'OutputType');
  const outputType = config?.oneOf('OutputType', ['JSON', 'JSONL']) ?? 'JSON';
  if (config !== undefined && outputType === 'JSONL' && !exports) {
    config.diagnostics.unsupported(
      "OutputType 'JSONL' without a Resource is not supported by the local cloud",
      config.at('OutputType'),
    );
  }
  const writer = {
    destination: object.template('Arguments', 'input'),
    transformation:
      config?.oneOf('Transformation', ['NONE', 'COMPACT', 'FLATTEN']) ?? (exports ? 'NONE' : 'COMPACT'),
    outputType,
  } satisfies ResultWriter;
  config?.done();
  object.done();
  return writer;
}
