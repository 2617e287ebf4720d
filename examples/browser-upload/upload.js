// The page: hashes the chosen file, asks the server for a URL, puts the file there, and has the item created.

import { sha256 } from '/hashes/sha2.js';

/** Above it a file is hashed bit by bit: what Web Crypto hashes must be whole in memory. */
const MAX_IN_MEMORY_BYTES = 32 * 1024 ** 2;

const element = (id) => document.getElementById(id);

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const data = new FormData(event.target);
  const button = event.target.querySelector('button');
  button.disabled = true;
  element('problem').textContent = '';
  try {
    show(await upload(data.get('file'), data.get('title')));
  } catch (error) {
    element('problem').textContent = error.message;
  } finally {
    button.disabled = false;
    report('', undefined);
  }
});

async function upload(file, title) {
  const contentType = file.type || 'application/octet-stream';
  const digest = await digestOf(file, (share) => report('Hashing', share));
  const wanted = { name: file.name, contentType, size: file.size, sha256: digest };
  const { upload, ...request } = await post('/uploads', wanted);
  await put(request, file, (share) => report('Uploading', share));
  report('Writing the item', undefined);
  return post('/items', { upload, title });
}

/** Lower-case hexadecimal digits of the file's SHA-256. */
async function digestOf(file, onProgress) {
  if (file.size <= MAX_IN_MEMORY_BYTES) {
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())));
  }
  const hash = sha256.create();
  let read = 0;
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return hex(hash.digest());
    hash.update(value);
    read += value.length;
    onProgress(read / file.size);
  }
}

/** `fetch` does not tell how much of a body was sent; XMLHttpRequest does. */
function put({ url, method, headers }, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      if (request.status === 200) resolve();
      else reject(new Error(`The upload was refused: ${codeOf(request)}`));
    };
    request.onerror = () => reject(new Error('The upload failed: no answer came'));
    request.send(file);
  });
}

function codeOf({ responseText, status }) {
  return /<Code>(\w+)<\/Code>/.exec(responseText)?.[1] ?? status;
}

async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.problem);
  return answer;
}

function report(step, share) {
  element('step').textContent = step;
  element('progress').hidden = share === undefined;
  element('progress').value = share ?? 0;
}

function show({ title, size, sha256, contentType, url }) {
  element('title').textContent = title;
  element('size').textContent = `${size} bytes`;
  element('sha256').textContent = sha256;
  element('link').href = url;
  const isPicture = contentType.startsWith('image/');
  element('picture').hidden = !isPicture;
  if (isPicture) element('picture').src = url;
  element('item').hidden = false;
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
