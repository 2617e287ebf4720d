// Items with large attributes, found by ElectroDB in a table whose key is `author` and `title`. Twinwrite writes them.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity } from 'electrodb';
import type { LargeItemClient } from 'twinwrite';

export interface Article {
  readonly key: { readonly author: string; readonly title: string };
  readonly attributes: { readonly words: number };
  readonly large: 'body';
}

/** An author's articles of so many words at least. Their bodies are fetched when they are asked for. */
export async function longArticles(
  docs: LargeItemClient<Article>,
  dynamodb: DynamoDBClient,
  author: string,
  words: number,
) {
  const { data } = await articlesIn(docs.store.table, dynamodb)
    .query.byAuthor({ author })
    .where((attributes, { gte }) => gte(attributes.words, words))
    // Twinwrite leaves no mark of an entity on what it writes.
    .go({ ignoreOwnership: true, pages: 'all' });
  return data.map((article) => docs.attach(article));
}

function articlesIn(table: string, client: DynamoDBClient) {
  return new Entity(
    {
      model: { service: 'blog', entity: 'article', version: '1' },
      attributes: {
        author: { type: 'string', required: true },
        title: { type: 'string', required: true },
        words: { type: 'number', required: true },
        // The pointer to the content.
        body: { type: 'string' },
        // By which an attached item knows its version.
        _saga: { type: 'any', readOnly: true },
      },
      indexes: {
        byAuthor: {
          pk: { field: 'author', composite: ['author'], template: `\${author}`, casing: 'none' },
          sk: { field: 'title', composite: ['title'], template: `\${title}`, casing: 'none' },
        },
      },
    },
    { client, table },
  );
}
