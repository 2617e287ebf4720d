// The previews of replays that were shown: what is confirmed is exactly one of them.

import { randomUUID } from 'node:crypto';
import type { ReplayPreview } from '../../audit/index.ts';

const KEPT_PREVIEWS = 100;

/** The preview that is confirmed was not shown by this start of the console, or long ago. */
export class PreviewGone extends Error {
  override readonly name = 'PreviewGone';
}

export class Previews {
  readonly #previews = new Map<string, ReplayPreview>();

  /** @returns its id */
  keep(preview: ReplayPreview): string {
    const id = randomUUID();
    this.#previews.set(id, preview);
    const [oldest] = this.#previews.keys();
    if (this.#previews.size > KEPT_PREVIEWS && oldest !== undefined) this.#previews.delete(oldest);
    return id;
  }

  /**
   * @param executionArn - of the run that the preview must be of
   * @throws {PreviewGone}
   */
  find(id: string, executionArn: string): ReplayPreview {
    const preview = this.#previews.get(id);
    if (preview === undefined || preview.run.executionArn !== executionArn) {
      throw new PreviewGone('this preview is not kept any more; look at what a replay would do again');
    }
    return preview;
  }
}
