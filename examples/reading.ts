// Reads an item's content in every way: what docs/reading.md shows. Run it as quick-start.ts.

import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ItemChanged, LargeItemClient } from 'twinwrite';

const docs = await LargeItemClient.fromStack();
const key = { id: 'cat-44' };
await docs.create({
  key,
  largeAttributes: {
    page: '<h1>A cat</h1>',
    picture: { content: { file: 'picture.png' }, contentType: 'image/png' },
  },
});

// One consistent read of the item, and what S3 knows of its objects; no content yet.
const cat = await docs.get(key);
const picture = cat?.large.picture;
console.log(picture?.size, picture?.contentType, picture?.sha256);

if (picture !== undefined) {
  // Through a pipeline, in bounded memory.
  let zipped = 0;
  await pipeline(Readable.fromWeb(picture.stream()), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) zipped += chunk.length;
  });
  console.log(`${zipped} bytes zipped`);

  // The file comes into being whole, or not at all.
  const file = join(tmpdir(), 'cat.png');
  await picture.toFile(file, {
    signal: AbortSignal.timeout(60_000),
    onProgress: ({ bytes, total }) => process.stdout.write(`\r${Math.round((100 * bytes) / total)} %`),
  });

  await rm(file);

  // A PNG's width and height.
  const header = await picture.bytes({ range: { start: 16, end: 24 } });
  const numbers = new DataView(header.buffer);
  console.log(`\n${numbers.getUint32(0)} x ${numbers.getUint32(4)}`);

  // For whoever has no credentials.
  const url = await picture.presignedUrl({ expiresIn: 3600, fileName: 'cat.png' });
  console.log((await fetch(url)).headers.get('content-disposition'));
}

// All that is needed at once, in memory; an update that comes in between is noticed, and all is read again.
const loaded = await docs.get(key, { attributes: ['page'], load: true });
await docs.update({ key, largeAttributes: { page: '<h1>The cat</h1>' } });
console.log(await loaded?.large.page?.text());

// What was not loaded cannot be had any more once it is replaced.
try {
  await cat?.large.page?.text();
} catch (error) {
  if (!(error instanceof ItemChanged)) throw error;
  console.log(await (await docs.get(key))?.large.page?.text());
}
await docs.delete({ key });
