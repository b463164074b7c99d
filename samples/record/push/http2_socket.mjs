// The npm package ws on a stream of Node.js's http2, which it does not know how to use by itself (RFC 8441).
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';

const require = createRequire(import.meta.url);
// ws exports neither.
const PerMessageDeflate = require('./node_modules/ws/lib/permessage-deflate.js');
const extension = require('./node_modules/ws/lib/extension.js');
const name = PerMessageDeflate.extensionName;

// What is said of permessage-deflate, as a header field's value: by a client, and by a server to what was offered.
export const offer = (options) => ({ deflate: new PerMessageDeflate(options), get value() { return extension.format({ [name]: this.deflate.offer() }); } });
export function accept(options, offered) {
  const deflate = new PerMessageDeflate({ ...options, isServer: true });
  const offers = options && extension.parse(offered ?? '')[name];
  return offers ? { deflate, value: extension.format({ [name]: deflate.accept(offers) }) } : {};
}

// `agreed`: what offer() or accept() gave; `answered`, of a client: Sec-WebSocket-Extensions of the response.
export function socketOn(stream, isServer, agreed = {}, answered = undefined) {
  for (const method of ['setNoDelay', 'setTimeout', 'setKeepAlive']) stream[method] = () => stream; // of a socket
  const peer = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 5000 });
  peer._isServer = isServer;
  if (answered) agreed.deflate.accept(extension.parse(answered)[name]);
  if (agreed.deflate && (isServer || answered)) peer._extensions = { [name]: agreed.deflate };
  peer.setSocket(stream, Buffer.alloc(0), { allowSynchronousEvents: true, maxPayload: 1 << 20, skipUTF8Validation: false });
  return peer;
}
