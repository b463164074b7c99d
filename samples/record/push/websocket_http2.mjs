// WebSockets on streams of HTTP/2 (RFC 8441), between two ends of Node.js's http2 that carry the frames of the npm package ws.
//
//     websocket_http2.mjs server ADDRESS PORT LOG [CERTIFICATE KEY]   until it is stopped
//     websocket_http2.mjs client ADDRESS PORT LOG [CA]                four streams beside one another, and one that is refused
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http2 from 'node:http2';
import { accept, offer, socketOn } from './http2_socket.mjs';

const [role, address, port, log, certificate, key] = process.argv.slice(2);
const note = (path, what) => fs.appendFileSync(log, JSON.stringify({ path, ...what }) + '\n');
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

function say(peer, path, by, data) {
  const bytes = Buffer.from(data);
  note(path, { by, sent: [typeof data === 'string' ? 'text' : 'binary', bytes.length, digest(bytes)] });
  peer.send(data);
}

const DEFLATE = { threshold: 0 };
const kinds = { // what an end takes of permessage-deflate
  '/deflate': { client: DEFLATE, server: DEFLATE },
  '/fresh': { client: DEFLATE, server: { ...DEFLATE, serverNoContextTakeover: true, clientNoContextTakeover: true } },
};

function serve() {
  const settings = { enableConnectProtocol: true };
  const server = certificate ? http2.createSecureServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key), settings })
    : http2.createServer({ settings });
  server.on('stream', (stream, headers) => {
    const path = headers[':path'];
    stream.on('error', () => {});
    if (headers[':method'] !== 'CONNECT' || headers[':protocol'] !== 'websocket' || path === '/refused') return stream.respond({ ':status': 403 }, { endStream: true });
    const agreed = accept(kinds[path]?.server, headers['sec-websocket-extensions']);
    stream.respond({ ':status': 200, 'sec-websocket-protocol': 'echo', ...(agreed.value && { 'sec-websocket-extensions': agreed.value }) });
    const peer = socketOn(stream, true, agreed);
    note(path, { opened: { version: headers['sec-websocket-version'], subprotocol: 'echo', extensions: agreed.value ?? null } });
    peer.on('message', (data, binary) => (path === '/cut' ? stream.close(http2.constants.NGHTTP2_CANCEL) : say(peer, path, 'server', binary ? data : data.toString())));
    peer.on('error', () => {});
    peer.on('close', (code, reason) => note(path, { server_saw: [code, reason.toString()] }));
  });
  server.listen(Number(port), address, () => note(null, { listening: true }));
}

async function talkAll() {
  const session = http2.connect(`${certificate ? 'https' : 'http'}://${address}:${port}`, { ca: certificate && fs.readFileSync(certificate) });
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const open = (path) => {
    const offered = kinds[path] && offer(kinds[path].client);
    const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': certificate ? 'https' : 'http', ':path': path,
      ':authority': 'socket.example', 'sec-websocket-version': '13', 'sec-websocket-protocol': 'echo', origin: 'http://socket.example',
      ...(offered && { 'sec-websocket-extensions': offered.value }) });
    stream.on('error', () => {});
    return new Promise((resolve) => stream.on('response', (headers) => resolve({ stream, offered, headers })));
  };
  const socket = async (path) => {
    const { stream, offered, headers } = await open(path);
    const peer = socketOn(stream, false, offered, headers['sec-websocket-extensions']);
    peer.on('error', () => {});
    peer.ended = new Promise((resolve) => peer.on('close', (code, reason) => resolve(note(path, { client_saw: [code, reason.toString()] }))));
    return peer;
  };
  const talk = async (path, code) => {
    const peer = await socket(path);
    for (const data of ['hello', Buffer.alloc(3000, 7), 'Größe', '', 'x'.repeat(20000), 'the same again', 'the same again']) {
      say(peer, path, 'client', data);
      await new Promise((resolve) => peer.once('message', resolve));
    }
    peer.ping('h2');
    note(path, { pings: 1 });
    await new Promise((resolve) => peer.once('pong', resolve));
    peer.close(code, 'done');
    await peer.ended;
  };
  const cut = async (path) => { // by the server, which resets the stream
    const peer = await socket(path);
    say(peer, path, 'client', 'over');
    await peer.ended;
  };
  await Promise.all([talk('/plain', 1000), talk('/deflate', 4001), talk('/fresh', 1000), cut('/cut')]);
  const { headers } = await open('/refused');
  note('/refused', { status: headers[':status'] });
  session.close();
}

role === 'server' ? serve() : await talkAll();
