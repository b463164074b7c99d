// An HTTP/2 server in the clear, for the scenarios of http2.sh: what each path does is said below. Its log has a line for each
// stream that ended, as app.py's.
//
//   node http2_server.js PORT LOG
'use strict';
const http2 = require('node:http2');
const fs = require('node:fs');

const [port, log] = [Number(process.argv[2]), process.argv[3]];
const sessions = new WeakMap();
const server = http2.createServer({settings: {maxConcurrentStreams: 128, enableConnectProtocol: true}});

server.on('session', (session) => {
  sessions.set(session, {peer: session.socket.remoteAddress, connection: session.socket.remotePort, ordinal: 0});
  session.on('error', () => {});
});

server.on('stream', (stream, headers) => {
  const connection = sessions.get(stream.session);
  const exchange = {port, peer: connection.peer, connection: connection.connection, ordinal: ++connection.ordinal, stream: stream.id,
                    method: headers[':method'], target: headers[':path'], status: null, body: 0};
  const answer = (status, body, fields = {}) => {
    exchange.status = status;
    exchange.body = body.length;
    stream.respond({':status': status, 'content-type': 'text/plain', ...fields});
    stream.end(body);
  };
  stream.on('error', () => {});
  stream.on('close', () => {
    exchange.reset = stream.rstCode || null;
    fs.appendFileSync(log, JSON.stringify(exchange) + '\n');
  });
  const url = new URL(headers[':path'], 'http://server');
  switch (url.pathname) {
    case '/small': return answer(200, 'small\n');
    case '/body': return answer(200, Buffer.alloc(Number(url.searchParams.get('bytes')), 'x'));
    case '/slow': return void setTimeout(() => answer(200, 'slow\n'), 100);
    case '/never': return;
    case '/abort': return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    case '/hints':
      stream.additionalHeaders({':status': 103, 'link': '</style.css>; rel=preload'});
      return answer(200, 'hinted\n');
    case '/trailers':
      exchange.status = 200;
      exchange.body = 9;
      stream.respond({':status': 200}, {waitForTrailers: true});
      stream.on('wantTrailers', () => stream.sendTrailers({'x-sum': '9'}));
      return stream.end('trailing\n');
    case '/upload': {
      let bytes = 0;
      stream.on('data', (chunk) => { bytes += chunk.length; });
      return void stream.on('end', () => answer(201, `${bytes} bytes\n`));
    }
    case '/shutdown': {  // in two phases: no more streams, and when all are done, goodbye
      const session = stream.session;
      session.goaway(0, 0x7fffffff, Buffer.from('restarting'));
      setTimeout(() => session.close(), 50);
      return answer(200, 'goodbye\n');
    }
    default: return answer(404, 'not found\n');
  }
});

server.listen(port, '0.0.0.0');
