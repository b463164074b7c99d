// gRPC between two processes, with bytes for messages: calls that end well, badly, late, and a stream of answers. The client
// prints what it was told of each, a line a call: [method, status].
//
//   node grpc.js server PORT... | client HOST:PORT METHOD...        with @grpc/grpc-js to be found by NODE_PATH
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

async function call(address, names) {
  const Client = grpc.makeGenericClientConstructor(methods, 'Stock');
  const client = new Client(address, grpc.credentials.createInsecure());
  const ask = (name) => new Promise((resolve) => {
    const ended = (status) => {
      console.log(JSON.stringify([methods[name].path, status]));
      resolve();
    };
    const options = name === 'Late' ? {deadline: Date.now() + 200} : {};
    if (methods[name].responseStream)
      client[name](Buffer.from('apples')).on('data', () => {}).on('error', () => {}).on('status', (status) => ended(status.code));
    else
      client[name](Buffer.from('apples'), new grpc.Metadata(), options, (error) => ended(error ? error.code : grpc.status.OK));
  });
  for (const name of names) await ask(name);
  client.close();
}

const [role, ...words] = process.argv.slice(2);
role === 'server' ? words.forEach(serve) : call(words[0], words.slice(1));
