// WebSockets between two ends of the npm package ws: every kind of message, with and without compression, and every way to end.
//
//     websocket.mjs server ADDRESS PORT LOG [CERTIFICATE KEY]   until it is stopped; one JSON line for each thing it knows
//     websocket.mjs clients ADDRESS PORT LOG [CA]               all scenarios but the last two, one after another
//     websocket.mjs one PATH ADDRESS PORT LOG                   opens, says one thing, and waits to be killed, or cut off
//     websocket.mjs told LOG...                                 what the ends logged, as the JSON that a test compares with
// With TLS the longest messages are left out.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

const QUIET = 1500; // ms of silence after which the server of /quiet gives up, without a word
const AGED = 2500; // ms of life that the server of /aged grants, whatever is said
const KEEPALIVE = 1000; // ms of silence after which the server of /watched lets TCP ask whether anybody is there

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
let log;
const note = (path, what) => fs.appendFileSync(log, JSON.stringify({ path, ...what }) + '\n');
// What an end sends: [opcode, bytes, digest].
function said(path, by, opcode, data) {
  const bytes = Buffer.from(data);
  note(path, { by, sent: [opcode, bytes.length, digest(bytes)] });
}
function say(socket, path, by, data, options) {
  said(path, by, typeof data === 'string' ? 'text' : 'binary', data);
  socket.send(data, options);
}

// ---- the server ----

const deflate = { threshold: 0 };
const kinds = {
  '/plain': {},
  '/deflate': { perMessageDeflate: deflate },
  '/fresh': { perMessageDeflate: { ...deflate, serverNoContextTakeover: true, clientNoContextTakeover: true } },
  '/window': { perMessageDeflate: { ...deflate, serverMaxWindowBits: 9, clientMaxWindowBits: 10 } },
  '/chat': { handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false) },
};

const behaviour = {
  '/push': async (socket, path) => {
    for (let i = 1; i <= 5; i++, await pause(100)) say(socket, path, 'server', `news ${i}`);
    socket.ping('still there?');
    note(path, { server_pings: 1 });
    await pause(100);
    socket.close(1001, 'going away');
  },
  '/policy': (socket) => socket.on('message', () => socket.close(1008, 'against the rules: ä')),
  '/terminate': (socket) => socket.on('message', () => socket.terminate()),
  '/reset': (socket) => socket.on('message', () => (socket._socket.encrypted ? socket._socket.destroy() : socket._socket.resetAndDestroy())),
  '/quiet': (socket) => {
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => socket._socket.end(), QUIET);
    };
    socket.on('message', wait);
    wait();
  },
  '/aged': (socket) => setTimeout(() => socket.close(1001, 'old'), AGED),
  '/watched': (socket) => socket._socket.setKeepAlive(true, KEEPALIVE),
  '/dropped': async (socket, path) => {
    for (let i = 1; socket.readyState === WebSocket.OPEN; i++, await pause(300)) say(socket, path, 'server', `tick ${i}`);
  },
};
const echoes = ['/plain', '/deflate', '/fresh', '/window', '/chat', '/old', '/killed'];

function serve(address, port, certificate, key) {
  const server = certificate ? https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }) : http.createServer();
  let connections = 0;
  server.on(certificate ? 'secureConnection' : 'connection', (socket) => (socket.number = ++connections));
  const answered = (request, status, body) => note(null, { connection: request.socket.number, exchange: [request.method, request.url, status, body] });
  server.on('request', (request, response) => response.end(() => answered(request, 200, 0)));
  server.on('upgrade', (request, socket, head) => {
    const path = request.url, kind = '/' + path.split('/')[1];
    if (kind === '/refused') {
      answered(request, 403, 3);
      return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n');
    }
    answered(request, 101, 0);
    new WebSocketServer({ noServer: true, ...kinds[kind] }).handleUpgrade(request, socket, head, (peer) => {
      note(path, { opened: { version: request.headers['sec-websocket-version'], subprotocol: peer.protocol || null, extensions: peer.extensions || null } });
      peer.on('error', () => {});
      peer.on('close', (code, reason) => note(path, { server_saw: [code, reason.toString()] }));
      if (echoes.includes(kind))
        peer.on('message', (data, binary) => say(peer, path, 'server', binary ? data : data.toString()));
      behaviour[kind]?.(peer, path);
    });
  });
  server.listen(port, address, () => note(null, { listening: true }));
}

// ---- the clients ----

let base, trusted;
function open(path, protocols = [], options = {}) {
  const socket = new WebSocket(base + path, protocols, { ca: trusted, ...options });
  socket.on('error', () => {});
  socket.ended = new Promise((resolve) =>
    socket.on('close', (code, reason) => {
      note(path, { client_saw: [code, reason.toString()] });
      resolve();
    }));
  socket.path = path;
  return new Promise((resolve) => socket.on('open', () => resolve(socket)).on('close', () => resolve(socket)));
}
const tell = (socket, data, options) => say(socket, socket.path, 'client', data, options);
// Sends, and waits for the echo.
function ask(socket, data) {
  tell(socket, data);
  return new Promise((resolve) => socket.once('message', resolve));
}

// So many characters, in ASCII where that is to be the number of bytes, too.
const text = (length, ascii = false) => `The quick brown fox jumps over the lazy dog. ${ascii ? '' : 'Größe, 大きさ. '}`.repeat(1 + length / 45).slice(0, length);
const noise = (length) => {
  const bytes = Buffer.alloc(length);
  for (let i = 0, x = 12345; i < length; i++) bytes[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
  return bytes;
};

async function everyLength(socket) {
  for (const length of [0, 1, 125, 126, ...(trusted ? [] : [65535, 65536])]) await ask(socket, text(length, true));
  await ask(socket, text(1000));
  for (const length of [0, 1, 126]) await ask(socket, noise(length));
}

const scenarios = {
  async '/plain'(path) {
    const socket = await open(path, [], { perMessageDeflate: false });
    await everyLength(socket);
    const whole = text(900); // in four fragments, with a ping in between
    said(path, 'client', 'text', whole);
    const bytes = Buffer.from(whole), echo = new Promise((resolve) => socket.once('message', resolve));
    for (const [begin, end] of [[0, 1], [1, 64], [64, 64]]) socket.send(bytes.subarray(begin, end), { binary: false, fin: false });
    socket.ping('between');
    socket.send(bytes.subarray(64), { binary: false, fin: true });
    await echo;
    note(path, { pings: 1 });
    socket.close(1000, 'done');
    return socket;
  },
  async '/deflate'(path) {
    const socket = await open(path, [], { perMessageDeflate: deflate });
    await everyLength(socket);
    await ask(socket, noise(20000));
    for (let i = 0; i < 20; i++) await ask(socket, JSON.stringify({ number: i, state: 'unchanged', of: 'the same feed' }));
    socket.close();
    return socket;
  },
  async '/fresh'(path) {
    const socket = await open(path, [], { perMessageDeflate: deflate });
    await everyLength(socket);
    socket.close(4000, 'enough');
    return socket;
  },
  async '/window'(path) {
    const socket = await open(path, [], { perMessageDeflate: { ...deflate, clientMaxWindowBits: true } });
    await everyLength(socket);
    socket.close(1000);
    return socket;
  },
  async '/chat'(path) {
    const socket = await open(path, ['chat.v1', 'chat.v2'], { origin: 'http://chat.example', headers: { Cookie: 'session=1' }, perMessageDeflate: false });
    for (let i = 0; i < 3; i++) {
      socket.ping(`ping ${i}`);
      await new Promise((resolve) => socket.once('pong', resolve));
    }
    note(path, { pings: 3 });
    socket.pong('nobody asked');
    await ask(socket, 'hello');
    socket.close(1000);
    return socket;
  },
  async '/old'(path) {
    const socket = await open(path, [], { protocolVersion: 8, origin: 'http://old.example', perMessageDeflate: false });
    await ask(socket, 'as in 2011');
    socket.close(1000);
    return socket;
  },
  '/refused': (path) => open(path),
  '/push': (path) => open(path),
  async '/policy'(path) {
    const socket = await open(path);
    tell(socket, 'something forbidden');
    return socket;
  },
  async '/terminate'(path) {
    const socket = await open(path);
    tell(socket, 'over');
    return socket;
  },
  async '/reset'(path) {
    const socket = await open(path);
    tell(socket, 'over');
    return socket;
  },
  async '/gone'(path) { // without a Close frame, by the client
    const socket = await open(path);
    tell(socket, 'over');
    await pause(100);
    socket.terminate();
    return socket;
  },
};
// A server's timer, whatever they did before.
for (const [n, pauses] of [[1, [100]], [2, [300, 400]], [3, [200, 100, 600]]])
  scenarios[`/quiet/${n}`] = async (path) => {
    const socket = await open(path);
    for (const ms of pauses) {
      await pause(ms);
      tell(socket, `after ${ms} ms`);
    }
    return socket;
  };

for (const [n, after] of [[1, 0], [2, 400], [3, 800]])
  scenarios[`/aged/${n}`] = async (path) => {
    await pause(after);
    const socket = await open(path);
    for (let i = 0; socket.readyState === WebSocket.OPEN; i++, await pause(300)) if (i < 7) tell(socket, `still here ${i}`);
    return socket;
  };

async function play() {
  const slow = [];
  for (const [path, scenario] of Object.entries(scenarios)) {
    const playing = scenario(path).then((socket) => socket.ended);
    /^.(quiet|aged)/.test(path) ? slow.push(playing) : await playing;
  }
  await Promise.all(slow);
}

// ---- what they told ----

function told(files) {
  const exchanges = {}, sockets = {};
  for (const line of files.flatMap((file) => fs.readFileSync(file, 'utf8').trim().split('\n')).map((text) => JSON.parse(text))) {
    if (line.exchange) (exchanges[line.connection] ??= []).push(line.exchange);
    if (line.path === null) continue;
    const one = (sockets[line.path] ??= { path: line.path, client: [], server: [], pings: 0 });
    if (line.sent) one[line.by].push(line.sent);
    if (line.opened) Object.assign(one, line.opened);
    if (line.pings) one.pings = line.pings;
    for (const who of ['client_saw', 'server_saw']) if (line[who]) one[who] = line[who];
  }
  const lines = (list) => list.map((each) => JSON.stringify(each)).join(',\n  ');
  const port = Number(process.env.PORT ?? 80);
  return `{"connections": [\n  ${lines(Object.values(exchanges).map((list) => ({ server_port: port, exchanges: list })))}\n],\n` +
    `"websockets": [\n  ${lines(Object.values(sockets).filter((one) => one.version))}\n]}`;
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'told') {
  console.log(told(rest));
} else if (role === 'server') {
  log = rest[2];
  serve(rest[0], Number(rest[1]), rest[3], rest[4]);
} else {
  const path = role === 'one' ? rest.shift() : null;
  const [address, port, file, ca] = rest;
  log = file;
  trusted = ca && fs.readFileSync(ca);
  base = `${ca ? 'wss' : 'ws'}://${address}:${port}`;
  if (path) {
    const socket = await open(path);
    if (path === '/killed') await ask(socket, 'last words');
    note(path, { ready: true });
  } else {
    await play();
  }
}
