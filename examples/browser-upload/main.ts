// Serves the page for the store that the environment names. Run: npx tsx examples/browser-upload/main.ts [port]

import { LargeItemClient } from 'twinwrite';
import { startUploadServer } from './server.ts';

const client = await LargeItemClient.fromEnvironment();
const { url } = await startUploadServer(client, Number(process.argv[2] ?? 3000));
console.log(`open ${url}`);
