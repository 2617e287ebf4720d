// The life of an item: what README shows. Run it with AWS_ENDPOINT_URL on a local cloud, or on AWS.

import { LargeItemClient } from 'twinwrite';

/** Optional: a client without a type takes any names. */
interface Cat {
  key: { id: string };
  attributes: { title: string; tags?: string[]; views?: number };
  large: 'page' | 'picture';
}

const cats = await LargeItemClient.fromStack<Cat>(); // finds the stack `Twinwrite` by its outputs

const created = await cats.create({
  key: { id: 'cat-42' },
  attributes: { title: 'A cat', tags: ['pet'] },
  largeAttributes: {
    page: { content: '<h1>A cat</h1>', contentType: 'text/html' },
    picture: { content: { file: 'picture.png' }, contentType: 'image/png' },
  },
});

await cats.update({
  key: { id: 'cat-42' },
  expectedVersion: created.version ?? undefined,
  set: { title: 'The cat' },
  add: { views: 1 },
  largeAttributes: { page: '<h1>The cat</h1>' }, // the picture stays; the old page is deleted
});

const cat = await cats.get({ id: 'cat-42' });
console.log(cat?.attributes, await cat?.large.page?.text());

await cats.delete({ key: { id: 'cat-42' } });
