// Items with large attributes, found by dynamodb-toolbox in a table whose key is `author` and `title`. Twinwrite writes them.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { any, Entity, item, number, QueryCommand, string, Table } from 'dynamodb-toolbox';
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
  const table = new Table({
    name: docs.store.table,
    partitionKey: { name: 'author', type: 'string' },
    sortKey: { name: 'title', type: 'string' },
    documentClient: DynamoDBDocumentClient.from(dynamodb),
  });
  const articles = new Entity({
    name: 'article',
    table,
    schema: item({
      author: string().key(),
      title: string().key(),
      words: number(),
      // The pointer to the content.
      body: string().optional(),
      // By which an attached item knows its version.
      _saga: any().optional(),
    }),
    // Twinwrite leaves no mark of an entity on what it writes, nor a time.
    entityAttribute: false,
    timestamps: false,
  });
  const { Items = [] } = await table
    .build(QueryCommand)
    .query({ partition: author })
    .entities(articles)
    .options({
      filters: { article: { attr: 'words', gte: words } },
      entityAttrFilter: false,
      maxPages: Number.POSITIVE_INFINITY,
    })
    .send();
  return Items.map((article) => docs.attach(article));
}
