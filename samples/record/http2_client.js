// What a Node client does in the scenarios of http2.sh.
//
//   node http2_client.js ORIGIN
'use strict';
const http2 = require('node:http2');

const origin = process.argv[2];
const open = () => {
  const session = http2.connect(origin);
  session.on('error', () => {});
  return session;
};
// Resolves when the stream is over, however it ends.
const ask = (session, fields, body) => new Promise((resolve) => {
  const stream = session.request(fields, {endStream: body === undefined});
  stream.on('error', () => {});
  stream.on('close', resolve);
  stream.resume();
  if (body !== undefined) stream.end(body);
});
const closed = (session) => new Promise((resolve) => session.close(resolve));

async function kinds_of_messages() {
  const session = open();
  await ask(session, {':path': '/hints'});
  await ask(session, {':path': '/trailers'});
  await ask(session, {':path': '/upload', ':method': 'POST', 'priority': 'u=5, i'}, Buffer.alloc(3000, 'y'));
  await ask(session, {':path': '/abort'});
  await ask(session, {':path': '/missing'});
  await new Promise((resolve) => session.ping(Buffer.from('keepaliv'), resolve));
  await closed(session);
}

async function cancelled() {
  const session = open();
  const stream = session.request({':path': '/never'});
  stream.on('error', () => {});
  await ask(session, {':path': '/small'});
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await closed(session);
}

async function shut_down() {
  const session = open();
  const over = new Promise((resolve) => session.on('close', resolve));
  await Promise.all([ask(session, {':path': '/slow'}), ask(session, {':path': '/shutdown'})]);
  await over;
}

(async () => {
  await kinds_of_messages();
  await cancelled();
  await shut_down();
})();
