// A WebSocket on a stream of HTTP/2 (RFC 8441), between two ends of Node.js's http2, which carry the frames of the npm package ws.
//
//     websocket_http2.mjs server ADDRESS PORT LOG    until it is stopped
//     websocket_http2.mjs client ADDRESS PORT LOG    two streams beside one another, and one that is refused
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http2 from 'node:http2';
import { WebSocket } from 'ws';

const [role, address, port, log] = process.argv.slice(2);
const note = (path, what) => fs.appendFileSync(log, JSON.stringify({ path, ...what }) + '\n');
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

// What ws needs of a socket, and a stream has not.
function socket(stream, isServer) {
  for (const name of ['setNoDelay', 'setTimeout', 'setKeepAlive']) stream[name] = () => stream;
  const peer = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 5000 });
  peer._isServer = isServer;
  peer.setSocket(stream, Buffer.alloc(0), { allowSynchronousEvents: true, maxPayload: 1 << 20, skipUTF8Validation: false });
  return peer;
}
function say(peer, path, by, data) {
  const bytes = Buffer.from(data);
  note(path, { by, sent: [typeof data === 'string' ? 'text' : 'binary', bytes.length, digest(bytes)] });
  peer.send(data);
}

if (role === 'server') {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  server.on('stream', (stream, headers) => {
    const path = headers[':path'];
    if (headers[':method'] !== 'CONNECT' || headers[':protocol'] !== 'websocket' || path === '/refused') return stream.respond({ ':status': 403 }, { endStream: true });
    stream.respond({ ':status': 200, 'sec-websocket-protocol': 'echo' });
    const peer = socket(stream, true);
    note(path, { opened: { version: headers['sec-websocket-version'], subprotocol: 'echo', extensions: null } });
    peer.on('message', (data, binary) => say(peer, path, 'server', binary ? data : data.toString()));
    peer.on('close', (code, reason) => note(path, { server_saw: [code, reason.toString()] }));
  });
  server.listen(Number(port), address, () => note(null, { listening: true }));
} else {
  const session = http2.connect(`http://${address}:${port}`);
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const open = (path) => {
    const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': path, ':authority': 'socket.example',
      'sec-websocket-version': '13', 'sec-websocket-protocol': 'echo', origin: 'http://socket.example' });
    return new Promise((resolve) => stream.on('response', (headers) => resolve([stream, headers[':status']])));
  };
  const talk = async (path, code) => {
    const [stream] = await open(path);
    const peer = socket(stream, false);
    for (const data of ['hello', Buffer.alloc(3000, 7), 'Größe', 'x'.repeat(20000)]) {
      say(peer, path, 'client', data);
      await new Promise((resolve) => peer.once('message', resolve));
    }
    peer.ping('h2');
    await new Promise((resolve) => peer.once('pong', resolve));
    peer.close(code, 'done');
    await new Promise((resolve) => peer.on('close', (...seen) => resolve(note(path, { client_saw: [seen[0], seen[1].toString()], pings: 1 }))));
  };
  await Promise.all([talk('/one', 1000), talk('/two', 4001)]);
  const [, status] = await open('/refused');
  note('/refused', { status });
  session.close();
}
