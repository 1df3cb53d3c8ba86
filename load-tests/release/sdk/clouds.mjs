// The official Node SDKs of Anthropic for Vertex AI and Amazon Bedrock, with an account whose responses are all marked.
// Requests must reach the cloud as they were signed; streams and whole responses must agree; errors must be the SDK's own.
// BASE_URL is the gateway, STUB_URL the stub model, and RECORDER_PORT the port that the gateway knows as its model: this
// script listens there as both clouds. It checks paths, bodies, tokens and signatures, and lets the stub model respond.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT } = process.env;
for (const url of [BASE_URL, STUB_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and STUB_URL must be loopback addresses such as http://127.0.0.1:9000');
  }
}
const SECRET = 'fake/secret/for/this/check/only';
const TOKEN = 'ya29.fake-token-for-this-check';
const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/ab12cd34ef56';
const VERTEX = /^\/v1\/projects\/p-1\/locations\/us-east5\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;
const BEDROCK = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();

// Returns whether a request has the signature of its access key (AWS Signature Version 4).
function isSigned({ method, url, headers }, body) {
  const parts = /^AWS4-HMAC-SHA256 Credential=(\w+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
    headers.authorization ?? '',
  );
  if (!parts) return false;
  const [, , scope, names, signature] = parts;
  const escaped = encodeURIComponent(url).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const fields = names.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`);
  const canonical = [method, escaped.replaceAll('%2F', '/'), '', fields.join(''), names, sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${SECRET}`);
  return hmac(key, text).toString('hex') === signature;
}

// Returns a frame of an AWS event stream.
function frame(headers, json) {
  const fields = Object.entries(headers).map(([name, value]) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(value.length);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), size, Buffer.from(value)]);
  });
  const content = Buffer.from(JSON.stringify(json));
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + length + content.length, 0);
  prelude.writeUInt32BE(length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, ...fields, content, Buffer.alloc(4)]);
  whole.writeUInt32BE(crc32(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}

// Returns the frames of server-sent events.
function frames(sse) {
  const events = sse.split('\n\n').filter(Boolean);
  return events.map((event) => {
    const data = event.split('\n').find((line) => line.startsWith('data:')).slice(5).trim();
    const type = { ':content-type': 'application/json' };
    return JSON.parse(data).type === 'error'
      ? frame({ ':exception-type': 'throttlingException', ...type, ':message-type': 'exception' }, { message: 'slow' })
      : frame({ ':event-type': 'chunk', ...type, ':message-type': 'event' }, {
          bytes: Buffer.from(data).toString('base64'),
          p: 'abcdef',
        });
  });
}

const received = [];

async function answer(request, text, response) {
  const refuse = (status, message) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': 'ValidationException' });
    response.end(JSON.stringify({ message }));
  };
  const vertex = VERTEX.exec(request.url);
  const bedrock = BEDROCK.exec(request.url);
  if (!vertex && !bedrock) return refuse(404, `no such path: ${request.url}`);
  const { anthropic_version: version, ...body } = JSON.parse(text);
  if (!version) return refuse(400, 'anthropic_version: required');
  if (vertex && request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'no token');
  if (bedrock && !isSigned(request, text)) return refuse(403, 'The signature does not match.');
  const counts = vertex?.[1] === 'count-tokens';
  if (!counts && body.model) return refuse(400, 'model: extra input');
  if (bedrock && 'stream' in body) return refuse(400, 'stream: extra input');
  received.push({ model: decodeURIComponent((vertex ?? bedrock)[1]), body });
  const streamed = vertex ? vertex[2] === 'streamRawPredict' : Boolean(bedrock[2]);
  const on = await fetch(`${STUB_URL}/v1/messages${counts ? '/count_tokens' : ''}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-stub': request.headers['x-stub'] ?? '',
    },
    body: JSON.stringify({ ...body, model: 'stub-1', ...(streamed && { stream: true }) }),
  });
  const bytes = Buffer.from(await on.arrayBuffer());
  const framed = bedrock && streamed && on.ok;
  response.writeHead(on.status, {
    'content-type': framed ? 'application/vnd.amazon.eventstream' : on.headers.get('content-type'),
  });
  const content = framed ? Buffer.concat(frames(bytes.toString())) : bytes;
  for (let at = 0; at < content.length; at += 997) response.write(content.subarray(at, at + 997));
  response.end();
}

const cloud = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    answer(request, Buffer.concat(chunks).toString(), response).catch((e) => response.destroy(e));
  });
});

const options = { timeout: 20_000, maxRetries: 0 };
const keys = { awsAccessKey: 'AKIAIOSFODNN7EXAMPLE', awsSecretKey: SECRET, awsRegion: 'us-east-1' };
const bedrock = new AnthropicBedrock({ ...options, ...keys, baseURL: BASE_URL });
const vertex = new AnthropicVertex({
  ...options,
  baseURL: `${BASE_URL}/v1`,
  projectId: 'p-1',
  region: 'us-east5',
  authClient: { projectId: 'p-1', getRequestHeaders: async () => new Headers({ authorization: `Bearer ${TOKEN}` }) },
});
const model = new Anthropic({ ...options, apiKey: 'sk-check', baseURL: STUB_URL });
const stub = (words) => ({ headers: { 'x-stub': words } });
const PROSE = stub('prose=200,events=61');
const ask = (name, content) => ({ model: name, max_tokens: 4000, messages: [{ role: 'user', content }] });
const text = (message) => message.content.map((block) => block.text ?? '').join('');

const clouds = [
  ['vertex', vertex, 'claude-opus-4-1@20250805'],
  ['bedrock', bedrock, SONNET],
  ['bedrock by resource', bedrock, PROFILE],
];

before(async () => {
  await new Promise((resolve) => cloud.listen(Number(RECORDER_PORT), '127.0.0.1', resolve));
  const plain = text(await model.messages.create(ask('stub-1', 'Tell me more'), PROSE));
  for (const [name, client, id] of clouds) { // keys are derived in the background
    const end = Date.now() + 10_000;
    while (text(await client.messages.create(ask(id, 'Tell me more'), PROSE)) === plain) {
      assert.ok(Date.now() < end, `${name}: no response is marked`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
after(() => {
  cloud.close();
  cloud.closeAllConnections();
});

for (const [name, client, id] of clouds) {
  test(`${name}: a marked stream adds up to the marked answer`, async () => {
    let changed = 0;
    for (let i = 0; i < 5; i++) {
      const subject = `Tell me about subject ${i}`;
      const plain = await model.messages.create(ask('stub-1', subject), PROSE);
      const whole = await client.messages.create(ask(id, subject), PROSE);
      assert.equal(received.at(-1).model, id);
      const pieces = [];
      const streamed = await client.messages
        .stream(ask(id, subject), PROSE)
        .on('text', (piece) => pieces.push(piece))
        .finalMessage();
      assert.equal(received.at(-1).model, id);
      assert.equal(pieces.join(''), text(streamed));
      assert.equal(text(streamed), text(whole));
      assert.deepEqual(streamed.usage.output_tokens, plain.usage.output_tokens);
      assert.equal(streamed.stop_reason, 'end_turn');
      changed += text(whole) === text(plain) ? 0 : 1;
    }
    assert.ok(changed >= 4, `only ${changed} of 5 responses are marked`);
  });

  test(`${name}: an error of the cloud is the SDK's own error`, async () => {
    await assert.rejects(client.messages.create(ask(id, 'Hello'), stub('status=429')), Anthropic.RateLimitError);
    await assert.rejects(client.messages.stream(ask(id, 'Hello'), stub('error-event=4')).finalMessage());
  });
}

test('vertex: tokens are counted', async () => {
  const { max_tokens: _, ...prompt } = ask('claude-opus-4-1@20250805', 'Who keeps the light?');
  const counted = await vertex.messages.countTokens(prompt);
  const plain = await model.messages.create(ask('stub-1', 'Who keeps the light?'));
  assert.equal(counted.input_tokens, plain.usage.input_tokens);
});

test('bedrock: a wrong signature is refused by the cloud', async () => {
  const wrong = new AnthropicBedrock({ ...options, ...keys, awsSecretKey: 'another', baseURL: BASE_URL });
  await assert.rejects(wrong.messages.create(ask(SONNET, 'Hello')), Anthropic.PermissionDeniedError);
});

test('both: a model of another maker is refused by the gateway', async () => {
  const before = received.length;
  await assert.rejects(bedrock.messages.create(ask('meta.llama3-70b-instruct-v1:0', 'Hello')), Anthropic.NotFoundError);
  await assert.rejects(vertex.messages.create(ask('a/b', 'Hello')), Anthropic.BadRequestError);
  assert.equal(received.length, before);
});
