// Where the local cloud does not answer as recorded, each with the reason.

export interface Exception {
  /** `s3/put-object-with-tags` */
  readonly vector: string;
  /** The call, counted from 0, and the place in its answer: `4 Error/Resource`. */
  readonly place: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
