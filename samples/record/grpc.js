// gRPC between two processes, with bytes for messages: calls that end well, badly, late, and a stream of answers. The client
// prints what it was told of each: [[method, status], ...].
//
//   node grpc.js server PORT | client HOST:PORT        with @grpc/grpc-js to be found by NODE_PATH
'use strict';
const grpc = require('@grpc/grpc-js');

const bytes = {requestSerialize: (x) => x, requestDeserialize: (x) => x, responseSerialize: (x) => x, responseDeserialize: (x) => x};
const methods = {
  Echo: {path: '/shop.Stock/Echo', requestStream: false, responseStream: false, ...bytes},
  Missing: {path: '/shop.Stock/Missing', requestStream: false, responseStream: false, ...bytes},
  Late: {path: '/shop.Stock/Late', requestStream: false, responseStream: false, ...bytes},
  Watch: {path: '/shop.Stock/Watch', requestStream: false, responseStream: true, ...bytes},
};

function serve(port) {
  const server = new grpc.Server();
  server.addService(methods, {
    Echo: (call, answer) => answer(null, call.request),
    Missing: (call, answer) => answer({code: grpc.status.NOT_FOUND, details: 'no such thing'}),
    Late: (call, answer) => setTimeout(() => answer(null, call.request), 2000).unref(),
    Watch: (call) => {
      for (const word of ['one', 'two', 'three']) call.write(Buffer.from(word));
      call.end();
    },
  });
  server.bindAsync('0.0.0.0:' + port, grpc.ServerCredentials.createInsecure(), () => {});
}

async function call(address) {
  const Client = grpc.makeGenericClientConstructor(methods, 'Stock');
  const client = new Client(address, grpc.credentials.createInsecure());
  const ended = [];
  const ask = (name, options = {}) => new Promise((resolve) => {
    client[name](Buffer.from('apples'), new grpc.Metadata(), options, (error) => {
      ended.push([methods[name].path, error ? error.code : grpc.status.OK]);
      resolve();
    });
  });
  await ask('Echo');
  await ask('Missing');
  await ask('Late', {deadline: Date.now() + 200});
  await new Promise((resolve) => client.Watch(Buffer.from('apples')).on('data', () => {}).on('error', () => {}).on('status', (status) => {
    ended.push([methods.Watch.path, status.code]);
    resolve();
  }));
  client.close();
  console.log(JSON.stringify(ended));
}

process.argv[2] === 'server' ? serve(process.argv[3]) : call(process.argv[3]);
