// Prices one line of an order with the price list in the bucket. The runtime brings the SDK: there is nothing to bundle.

import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

const s3 = new S3Client();

/** The price list has no such product: no retry helps, a redrive after the list was completed does. */
class UnknownProduct extends Error {
  name = 'UnknownProduct';
}

/**
 * @param {{ product: string, quantity: number }} line
 * @returns {Promise<{ product: string, quantity: number, cents: number }>}
 */
export async function handler({ product, quantity }) {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: process.env.BUCKET, Key: process.env.PRICE_LIST }),
  );
  const prices = new Map(Object.entries(JSON.parse(await Body.transformToString())));
  if (!prices.has(product)) throw new UnknownProduct(`No price for "${product}"`);
  return { product, quantity, cents: quantity * prices.get(product) };
}
