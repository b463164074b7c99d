// One feed of news, got in every way there is, beside traffic that only looks like it.
//
//     feed.mjs server LOG                on port 80; one JSON line an exchange
//     feed.mjs clients SECONDS LOG OUT   each from an address of its own; what they did, and what the server logged, goes to OUT
import fs from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

const SERVER = '192.0.2.1';
const HOLD = 4000; // ms that a request is held where there is no news
const STREAM = 8500; // ms until the server ends a stream of events
const AGAIN = 1000; // ms after which its client asks again

// ---- the server ----

const news = [];
const waiting = new Set(); // called with each piece of news
const since = (n) => JSON.stringify(news.slice(n));

async function publish() {
  const pauses = [1700, 2300, 900, 3100, 1300, 5200, 700, 2600]; // ms
  for (let i = 0; ; i++) {
    await pause(pauses[i % pauses.length]);
    news.push({ number: news.length + 1, text: 'something has happened' + '!'.repeat(i % 5) });
    for (const tell of [...waiting]) tell();
  }
}

let connections = 0;

function serve(log) {
  const note = (request, status, body) =>
    fs.appendFileSync(log, JSON.stringify({ connection: request.socket.number, exchange: [request.method, request.url, status, body] }) + '\n');
  let failures = 4; // of /deploy, before it works
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://feed.example');
    const from = Number(url.searchParams.get('since'));
    const answer = (status, type, body = '', headers = {}) => {
      response.writeHead(status, { ...(type && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }), ...headers });
      response.end(body);
      note(request, status, Buffer.byteLength(body));
    };
    const json = (body, headers) => answer(200, 'application/json', body, headers);
    switch (url.pathname) {
      case '/feed/poll': // news, or nothing
        return news.length > from ? json(since(from)) : answer(204);
      case '/feed/latest': { // the whole, or that it has not changed
        const tag = `"${news.length}"`;
        return request.headers['if-none-match'] === tag ? answer(304, null, '', { ETag: tag }) : json(since(0), { ETag: tag });
      }
      case '/feed/wait': { // held until there is news
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          news.length > from ? json(since(from)) : answer(204);
        };
        const timer = setTimeout(done, HOLD);
        return news.length > from ? done() : waiting.add(done);
      }
      case '/feed/stream': {
        let bytes = 0;
        const tell = () => {
          const event = `id: ${news.length}\ndata: ${JSON.stringify(news.at(-1))}\n\n`;
          bytes += event.length;
          response.write(event);
        };
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
        response.flushHeaders();
        waiting.add(tell);
        return setTimeout(() => {
          waiting.delete(tell);
          response.end();
          note(request, 200, bytes);
        }, STREAM);
      }
      case '/healthz':
        return answer(200, 'text/plain', 'ok\n');
      case '/': // what a load balancer without a better idea asks for
        return answer(200, 'text/html', '<!doctype html><link rel=stylesheet href=style.css><script src=app.js></script>'.repeat(20));
      case '/deploy':
        return failures-- > 0 ? answer(503, 'text/plain', 'not yet\n') : answer(200, 'text/plain', 'done\n');
      case '/report': // slow, and asked for by a person
        return setTimeout(() => answer(200, 'application/json', JSON.stringify(Array(200).fill(url.search))), 600);
      default: {
        const types = { css: 'text/css', js: 'text/javascript', png: 'image/png' };
        const type = types[url.pathname.split('.').pop()];
        if (type === undefined) return answer(404, 'text/plain', 'nothing here\n');
        const tag = '"1"';
        return request.headers['if-none-match'] === tag ? answer(304, null, '', { ETag: tag }) : answer(200, type, 'x'.repeat(3000), { ETag: tag });
      }
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    note(request, 101, 0);
    sockets.handleUpgrade(request, socket, head, (peer) => {
      const tell = () => peer.send(JSON.stringify(news.at(-1)));
      waiting.add(tell);
      peer.on('close', () => waiting.delete(tell));
    });
  });
  server.on('connection', (socket) => (socket.number = ++connections));
  server.keepAliveTimeout = 30000;
  server.listen(80, SERVER);
  publish();
}

// ---- the clients ----

const keep = (address) => new http.Agent({ keepAlive: true, maxSockets: 1, localAddress: address });
const once = (address) => new http.Agent({ keepAlive: false, localAddress: address });

function get(agent, path, headers = {}) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get({ host: SERVER, path, agent, headers: { Host: 'feed.example', ...headers } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ started, status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
  });
}

function median(numbers) {
  const sorted = numbers.sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// What a client that asked so often knows of itself.
function told(client, path, technique, answers) {
  const period = median(answers.slice(1).map((answer, i) => answer.started - answers[i].started)) / 1000;
  const empty = answers.filter((answer) => answer.status === 204 || answer.status === 304).length;
  return { client_ip: client, path, technique, requests: answers.length, period_s: Number(period.toFixed(3)), empty };
}

async function shortPoller(client, seconds, agent, path, period, ask) {
  const answers = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(period)) answers.push(await ask(agent, answers.at(-1)));
  agent.destroy();
  return told(client, path, 'short-polling', answers);
}

const seen = (answer, n) => (answer?.status === 200 ? n + JSON.parse(answer.body).length : n);

const clients = {
  // news since the last, over one connection
  async '192.0.2.11'(client, seconds) {
    let n = 0;
    return shortPoller(client, seconds, keep(client), '/feed/poll', 500, (agent, last) => {
      n = seen(last, n);
      return get(agent, `/feed/poll?since=${n}`, { 'User-Agent': 'poller/1' });
    });
  },
  // the same with a connection for each request
  async '192.0.2.12'(client, seconds) {
    let n = 0;
    return shortPoller(client, seconds, once(client), '/feed/poll', 1000, (agent, last) => {
      n = seen(last, n);
      return get(agent, `/feed/poll?since=${n}`, { 'User-Agent': 'poller/2' });
    });
  },
  // with a validator
  async '192.0.2.13'(client, seconds) {
    let tag;
    return shortPoller(client, seconds, keep(client), '/feed/latest', 800, (agent, last) => {
      tag = last?.headers.etag ?? tag;
      return get(agent, '/feed/latest', { 'User-Agent': 'poller/3', ...(tag && { 'If-None-Match': tag }) });
    });
  },
  async '192.0.2.14'(client, seconds) {
    const agent = keep(client), answers = [];
    let n = 0;
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      answers.push(await get(agent, `/feed/wait?since=${n}`, { 'User-Agent': 'waiter/1' }));
      n = seen(answers.at(-1), n);
    }
    agent.destroy();
    return told(client, '/feed/wait', 'long-polling', answers);
  },
  async '192.0.2.15'(client, seconds) {
    const agent = keep(client);
    let requests = 0;
    for (; requests < Math.floor((seconds * 1000) / (STREAM + AGAIN)); requests++, await pause(AGAIN))
      await get(agent, '/feed/stream', { Accept: 'text/event-stream' });
    agent.destroy();
    return { client_ip: client, path: '/feed/stream', technique: 'sse', requests };
  },
  async '192.0.2.16'(client, seconds) {
    let messages = 0;
    const socket = new WebSocket(`ws://${SERVER}/feed/socket`, { localAddress: client, headers: { Host: 'feed.example' } });
    socket.on('message', () => messages++);
    await pause(seconds * 1000);
    socket.close(1000);
    await new Promise((resolve) => socket.on('close', resolve));
    return { client_ip: client, path: '/feed/socket', technique: 'websocket', requests: 1, messages };
  },
  // ---- and what is none of these ----
  async '192.0.2.21'(client, seconds) { // an orchestrator
    for (let i = 0; i < seconds / 0.7; i++, await pause(700)) await get(once(client), '/healthz', { 'User-Agent': 'kube-probe/1.30' });
  },
  async '192.0.2.22'(client, seconds) { // a load balancer, which says not who it is
    for (let i = 0; i < seconds; i++, await pause(1000)) await get(once(client), '/');
  },
  async '192.0.2.23'(client) { // tries until it works
    for (const agent = keep(client); ; await pause(1000)) {
      if ((await get(agent, '/deploy')).status !== 200) continue;
      agent.destroy();
      return;
    }
  },
  async '192.0.2.24'(client, seconds) { // a browser, and somebody who reloads
    const agent = new http.Agent({ keepAlive: true, maxSockets: 6, localAddress: client });
    const tags = {};
    for (let i = 0; i < seconds / 2; i++, await pause(2000)) {
      await get(agent, '/', { Accept: 'text/html,*/*' });
      await Promise.all(['/style.css', '/app.js', '/a.png', '/b.png', '/c.png'].map(async (path) => {
        const answer = await get(agent, path, { Accept: '*/*', ...(tags[path] && { 'If-None-Match': tags[path] }) });
        tags[path] = answer.headers.etag;
      }));
    }
    agent.destroy();
  },
  async '192.0.2.25'(client) { // a person with a slow report
    const agent = keep(client);
    for (const [i, think] of [900, 2500, 400, 3300, 1200].entries()) {
      await get(agent, `/report?page=${i}`);
      await pause(think);
    }
    agent.destroy();
  },
};

async function ask(seconds, log, out) {
  const results = await Promise.all(Object.entries(clients).map(([address, client]) => client(address, seconds)));
  await pause(500);
  const exchanges = {};
  for (const line of fs.readFileSync(log, 'utf8').trim().split('\n').map((text) => JSON.parse(text)))
    (exchanges[line.connection] ??= []).push(line.exchange);
  const lines = (list) => list.map((each) => JSON.stringify(each)).join(',\n  ');
  fs.writeFileSync(out, `{"connections": [\n  ${lines(Object.values(exchanges).map((list) => ({ server_port: 80, exchanges: list })))}\n],\n` +
    `"push": [\n  ${lines(results.filter((result) => result))}\n]}\n`);
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') serve(rest[0]);
else await ask(Number(rest[0]), rest[1], rest[2]);
