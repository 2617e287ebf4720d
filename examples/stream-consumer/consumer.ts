// A Lambda function behind the table's stream: reads the content of each article whose body has changed.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { IntegrityError, ItemChanged, LargeItemClient } from 'twinwrite';

export interface Article {
  readonly key: { readonly author: string; readonly title: string };
  readonly attributes: { readonly words: number };
  readonly large: 'body';
}

/** What Lambda gives of a stream of new and old images. */
interface StreamEvent {
  readonly Records: readonly { readonly dynamodb: Change }[];
}

interface Change {
  readonly SequenceNumber: string;
  readonly Keys: Image;
  /** Undefined once the item is deleted. */
  readonly NewImage?: Image;
  readonly OldImage?: Image;
}

type Image = Readonly<Record<string, AttributeValue>>;

interface Answer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

let docs: Promise<LargeItemClient<Article>> | undefined;

/** In the order of the changes; from one that fails on, Lambda brings them again. */
export async function handler({ Records }: StreamEvent): Promise<Answer> {
  docs ??= LargeItemClient.fromEnvironment<Article>();
  for (const { dynamodb: change } of Records) {
    try {
      await take(change, await docs);
    } catch (error) {
      console.error(error);
      return { batchItemFailures: [{ itemIdentifier: change.SequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

/** A change may come more than once: what is done with it must bear that. */
async function take({ Keys, NewImage, OldImage }: Change, client: LargeItemClient<Article>): Promise<void> {
  if (NewImage === undefined) return tell({ removed: Keys });
  try {
    const { key, version, large } = client.attach(NewImage);
    const { body } = large;
    // Other attributes may have changed alone: the content has not.
    if (body === undefined || body.uri === OldImage?.body?.S) return;
    const text = await body.text();
    tell({ key, version, words: text.split(/\s+/).length });
  } catch (error) {
    // Written again, or deleted, since: a record that follows tells of it.
    if (error instanceof ItemChanged) return;
    // Another program has spoiled the item or its object: to come again would not help.
    if (error instanceof IntegrityError) return tell({ spoiled: Keys, problem: error.message });
    throw error;
  }
}

/** In your app: a search index, a cache, another store. */
function tell(news: object): void {
  console.log(`ARTICLE ${JSON.stringify(news)}`);
}
