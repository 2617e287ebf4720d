// What an input means by what it leaves out.

export const DEFAULT_CLEAN_UP = { whenFailed: true, whenSucceeded: true } as const;

/** Of the fields that every parsed input has. */
export const DEFAULTS = {
  create: { attributes: {}, largeAttributes: {}, overwrite: false, attributeFormat: 'json' },
  update: {
    set: {},
    remove: [],
    add: {},
    largeAttributes: {},
    createIfMissing: false,
    attributeFormat: 'json',
  },
  delete: { mustExist: false, attributeFormat: 'json' },
} as const;
