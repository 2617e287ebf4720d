// Paints examples/files/picture.png, a Julia set: `node --import tsx examples/make-picture.ts`. Every pixel is computed, so
// whoever runs it gets the same picture. Needs Node 20.15.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const WIDTH = 640;
const HEIGHT = 400;
const C = { re: -0.79, im: 0.15 };
const MAX_STEPS = 300;

type Rgb = readonly [number, number, number];

/** How fast the point escapes, without steps: 0 at once, 1 never. */
function escapeTime(re: number, im: number): number {
  let [x, y] = [re, im];
  for (let step = 0; step < MAX_STEPS; step++) {
    [x, y] = [x * x - y * y + C.re, 2 * x * y + C.im];
    const square = x * x + y * y;
    if (square > 256) return (step + 1 - Math.log2(Math.log2(square) / 8)) / MAX_STEPS;
  }
  return 1;
}

function color(time: number): Rgb {
  const wave = (shift: number) => 127.5 - 127.5 * Math.cos(2 * Math.PI * (Math.sqrt(time) * 3 + shift));
  return time === 1 ? [16, 16, 32] : [wave(0.55), wave(0.65), wave(0.8)];
}

function pixelRows(): Buffer {
  const rows = Buffer.alloc(HEIGHT * (1 + WIDTH * 3)); // each row begins with its filter: 0, none
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const scale = 3.2 / WIDTH;
      const rgb = color(escapeTime((x - WIDTH / 2) * scale, (y - HEIGHT / 2) * scale));
      rows.set(rgb.map(Math.round), y * (1 + WIDTH * 3) + 1 + x * 3);
    }
  }
  return rows;
}

/** Length, type, data and their CRC (PNG specification, "Chunk layout"). */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

function png(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixelRows(), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

await writeFile(join(import.meta.dirname, 'files', 'picture.png'), png());
