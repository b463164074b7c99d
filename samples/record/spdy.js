// SPDY 2, 3 and 3.1 in the clear, between two processes: what is asked on one connection each, of the first port also what is
// given up. The server's log is as app.py's.
//
//   node spdy.js server LOG PORT... | client HOST PORT...        with spdy-transport to be found by NODE_PATH
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const transport = require('spdy-transport');

function serve(log, port) {
  net.createServer((socket) => {
    const connection = transport.connection.create(socket, {protocol: 'spdy', isServer: true});
    let ordinal = 0;
    connection.on('error', () => {});
    connection.on('stream', (stream) => {
      const exchange = {port: socket.localPort, connection: socket.remotePort, ordinal: ++ordinal, method: stream.method, target: stream.path, status: null, body: 0};
      const done = () => fs.appendFileSync(log, JSON.stringify(exchange) + '\n');
      let bytes = 0;
      stream.on('error', () => {});
      stream.on('data', (chunk) => { bytes += chunk.length; });
      if (stream.path === '/never') return void stream.on('close', done);
      stream.on('end', () => {
        const body = stream.path === '/large' ? Buffer.alloc(6000, 'x') : Buffer.from(`${bytes} bytes\n`);
        exchange.status = stream.path === '/missing' ? 404 : 200;
        exchange.body = body.length;
        stream.respond(exchange.status, {'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2']});
        stream.end(body);
        done();
      });
    });
  }).listen(port, '0.0.0.0');
}

const talk = (host, port, version, gives_up) => new Promise((resolve) => {
  const socket = net.connect(port, host);
  const connection = transport.connection.create(socket, {protocol: 'spdy', isServer: false});
  connection.on('error', () => {});
  connection.start(version);
  const ask = (method, path, body) => new Promise((over) => {
    connection.request({method, path, host: host + ':' + port, headers: {'user-agent': 'spdy/' + version}}, (error, stream) => {
      stream.on('error', () => {});
      stream.on('data', () => {});
      stream.on('end', over);
      stream.end(body);
      if (path === '/never') setTimeout(() => { stream.abort(); over(); }, 50);
    });
  });
  (async () => {
    await ask('GET', '/small');
    await Promise.all([ask('GET', '/large'), ask('POST', '/upload', Buffer.alloc(3000, 'y')), ask('GET', '/missing')]);
    if (gives_up) await ask('GET', '/never');
    connection.end();
    socket.on('close', resolve);
    setTimeout(() => socket.end(), 100);
  })();
});

async function call(host, ports) {
  for (const port of ports)
    for (const version of [2, 3, 3.1]) await talk(host, port, version, port === ports[0]);
}

const [role, what, ...ports] = process.argv.slice(2);
role === 'server' ? ports.forEach((port) => serve(what, Number(port))) : call(what, ports.map(Number));
