// A server for a browser that opens WebSockets: from a page of its own, which tells what it sent and saw.
//
//     browser.mjs ADDRESS PORT LOG [CERTIFICATE KEY [h2]]
//
// Until it is stopped; with `h2` it speaks HTTP/2 alone, and WebSocket on its streams (RFC 8441). One JSON line for each thing
// that either end knows; {"done": true} is the last.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { accept, socketOn } from './http2_socket.mjs';

const [address, port, log, certificate, key, protocol] = process.argv.slice(2);
const note = (path, what) => fs.appendFileSync(log, JSON.stringify({ path, ...what }) + '\n');
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const sent = (data) => [typeof data === 'string' ? 'text' : 'binary', Buffer.byteLength(data), digest(Buffer.from(data))];
function say(peer, path, data) {
  note(path, { by: 'server', sent: sent(data) });
  peer.send(data);
}

// ---- the page ----

async function scenarios() { // runs in the browser
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const told = [];
  const say = async (socket, path, data) => {
    const text = typeof data === 'string', bytes = text ? new TextEncoder().encode(data) : data;
    told.push({ path, by: 'client', sent: [text ? 'text' : 'binary', bytes.length, hex(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 16)] });
    socket.send(data);
  };
  const event = (socket, name) => new Promise((resolve) => socket.addEventListener(name, resolve, { once: true }));
  const open = async (path, protocols = []) => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + path, protocols);
    socket.binaryType = 'arraybuffer';
    socket.ended = event(socket, 'close').then((e) => told.push({ path, client_saw: [e.code, e.reason] }));
    await Promise.race([event(socket, 'open'), socket.ended]);
    return socket;
  };
  const echoed = async (path, code, reason, protocols) => {
    const socket = await open(path, protocols);
    const text = (length) => 'Chromium says the same again and again. '.repeat(1 + length / 40).slice(0, length);
    const lengths = [1, 125, 126, 3000, ...(socket.url === 'ws://' + location.host + '/plain' ? [65535, 65536] : [])];
    for (const data of ['', ...lengths.map(text), 'Größe, 大きさ, 🙂', text(1000), text(1000), new Uint8Array(0),
      Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 3)]) {
      const echo = event(socket, 'message');
      await say(socket, path, data);
      await echo;
    }
    code ? socket.close(code, reason) : socket.close();
    await socket.ended;
  };
  await echoed('/deflate');
  await echoed('/fresh', 1000);
  await echoed('/plain', 3000, 'enough: ä');
  await echoed('/chat', 4999, '', ['chat.v1', 'chat.v2']);
  for (const path of ['/push', '/terminate', '/reset', '/refused', '/broken']) await (await open(path)).ended;
  const tell = (...more) => fetch('/told', { method: 'POST', body: [...told.splice(0), ...more].map((line) => JSON.stringify(line)).join('\n') + '\n' });
  const left = await open('/leave'); // a person goes to another page
  await say(left, '/leave', 'still here');
  await tell();
  location = '/bye';
}
const page = (script) => `<!doctype html><title>WebSockets</title><link rel=icon href="data:,"><script type=module>${script}</script>`;
const pages = {
  '/': page(`${scenarios}\nscenarios();`),
  '/bye': page(`setTimeout(() => fetch('/told', { method: 'POST', body: '{"path": null, "done": true}\\n' }), 300);`),
};

function answer(request, response) {
  if (request.method === 'POST') {
    request.on('data', (lines) => fs.appendFileSync(log, lines));
    return request.on('end', () => response.end());
  }
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(pages[request.url] ?? '');
}

// ---- its WebSockets ----

const deflate = { threshold: 0 };
const kinds = {
  '/deflate': deflate,
  '/fresh': { ...deflate, serverNoContextTakeover: true, clientNoContextTakeover: true },
  '/push': deflate,
};
const behaviour = {
  '/push': async (peer, path) => {
    for (let i = 1; i <= 3; i++, await pause(50)) say(peer, path, `news ${i}`);
    peer.ping('still there?');
    note(path, { server_pings: 1 });
    const whole = 'in three fragments', bytes = Buffer.from(whole);
    note(path, { by: 'server', sent: sent(whole) });
    for (const [begin, end] of [[0, 2], [2, 9], [9, 18]]) peer.send(bytes.subarray(begin, end), { binary: false, fin: end === 18 });
    await pause(100);
    peer.close(1001, 'going away');
  },
  '/terminate': (peer) => peer.terminate(),
  '/reset': (peer, path, socket) => (protocol === 'h2' ? socket.close(http2.constants.NGHTTP2_CANCEL) : certificate ? socket.destroy() : socket.resetAndDestroy()),
  '/broken': (peer, path, socket) => socket.write(Buffer.from('c10548656c6c6f', 'hex')), // RSV1 without an extension
};

function use(peer, path, socket, fields) {
  note(path, { opened: { version: fields['sec-websocket-version'], origin: fields.origin, extensions: peer.extensions || null } });
  peer.on('error', () => {});
  peer.on('close', (code, reason) => note(path, { server_saw: [code, reason.toString()] }));
  behaviour[path] ? behaviour[path](peer, path, socket) : peer.on('message', (data, binary) => path === '/leave' || say(peer, path, binary ? data : data.toString()));
}

function upgrade(request, socket, head) {
  const path = request.url;
  if (path === '/refused') return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n');
  new WebSocketServer({ noServer: true, perMessageDeflate: kinds[path], handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false) })
    .handleUpgrade(request, socket, head, (peer) => use(peer, path, socket, request.headers));
}

function connect(stream, headers) {
  if (headers[':protocol'] !== 'websocket') return;
  const path = headers[':path'];
  stream.on('error', () => {});
  if (path === '/refused') return stream.respond({ ':status': 403 }, { endStream: true });
  const agreed = accept(kinds[path], headers['sec-websocket-extensions']);
  stream.respond({ ':status': 200, ...(agreed.value && { 'sec-websocket-extensions': agreed.value }),
    ...(headers['sec-websocket-protocol'] && { 'sec-websocket-protocol': 'chat.v2' }) });
  use(socketOn(stream, true, agreed), path, stream, headers);
}

const tls = certificate && { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const server = protocol === 'h2' ? http2.createSecureServer({ ...tls, settings: { enableConnectProtocol: true } })
  : tls ? https.createServer(tls) : http.createServer();
server.on('request', answer);
server.on('upgrade', upgrade);
server.on('connect', (request) => connect(request.stream, request.headers));
server.listen(Number(port), address, () => note(null, { listening: true }));
