// Calls as bare requests over kept connections: the SDK takes more processor time than what is measured. Nothing is signed,
// since neither cloud checks it.

import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';

export type Service = 's3' | 'dynamodb' | 'states';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export class Caller {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws {Error} for an answer that is no success */
  async s3(method: string, path: string, body = ''): Promise<string> {
    return this.#send('s3', method, path, body, {
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    });
  }

  async json(
    service: 'dynamodb' | 'states',
    operation: string,
    input: object,
  ): Promise<Record<string, unknown>> {
    const target = service === 'dynamodb' ? 'DynamoDB_20120810' : 'AWSStepFunctions';
    const text = await this.#send(service, 'POST', '/', JSON.stringify(input), {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${target}.${operation}`,
    });
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(
    service: Service,
    method: string,
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { status, text } = await new Promise<Answer>((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          agent: this.#agent,
          method,
          path,
          headers: {
            authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
            'x-amz-date': '20260101T000000Z',
            'content-length': String(Buffer.byteLength(body)),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('end', () =>
              resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
            )
            .on('error', reject);
        },
      );
      outgoing.on('error', reject).end(body);
    });
    if (status >= 300) throw new Error(`${service} ${method} ${path}: ${status} ${text.slice(0, 300)}`);
    return text;
  }
}
