// The schemas of the inputs, for callers who build on them.

import { inputSchemas } from './contract.ts';

const { create, update, delete: remove } = inputSchemas();

/** The input of an execution that creates an item. */
export const createInputSchema = create;

/** The input of an execution that updates an item. */
export const updateInputSchema = update;

/** The input of an execution that deletes an item. */
export const deleteInputSchema = remove;
