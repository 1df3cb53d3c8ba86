// OpenAI's Node SDK in a Realtime session, through a gateway to a stub in this script. The stub would compress frames if
// the gateway let a client offer that. Compares the usage that the SDK reports with the tokens that the gateway has
// counted, and spends the budget of a model.
// Run: BASE_URL=http://127.0.0.1:9001 ADMIN_URL=http://127.0.0.1:9002 SESSIONS_PORT=9003 node --test realtime.mjs
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { WebSocketServer } from 'ws';

const { BASE_URL = '', ADMIN_URL = '', SESSIONS_PORT } = process.env;
for (const url of [BASE_URL, ADMIN_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and ADMIN_URL must be loopback addresses such as http://127.0.0.1:9001');
  }
}
const WORDS = ['The lamp ', 'is lit, ', 'and the sea ', 'is calm.'];
const openai = new OpenAI({ apiKey: 'sk-check-node', baseURL: `${BASE_URL}/v1`, maxRetries: 0 });
const stub = new WebSocketServer({ host: '127.0.0.1', port: Number(SESSIONS_PORT), perMessageDeflate: { threshold: 0 } });

let turns = 0;
stub.on('connection', (socket, request) => {
  const send = (event) => socket.send(JSON.stringify({ event_id: `event_${Math.random()}`, ...event }));
  const model = new URL(request.url, BASE_URL).searchParams.get('model');
  send({ type: 'session.created', session: { type: 'realtime', id: 'sess_1', model } });
  socket.on('message', (message) => {
    const event = JSON.parse(message);
    if (event.type !== 'response.create') return;
    turns++;
    for (const delta of WORDS) send({ type: 'response.output_text.delta', response_id: `resp_${turns}`, delta });
    const usage = {
      total_tokens: 50 + 2 * turns,
      input_tokens: 20 + turns,
      output_tokens: 30 + turns,
      input_token_details: { text_tokens: 20, audio_tokens: turns, cached_tokens: 8 },
      output_token_details: { text_tokens: 30, audio_tokens: turns },
    };
    socket.ping();
    send({ type: 'response.done', response: { id: `resp_${turns}`, status: 'completed', output: [], usage } });
    send({ type: 'rate_limits.updated', rate_limits: [] });
  });
});
before(() => stub.address() ?? once(stub, 'listening'));
after(() => {
  for (const socket of stub.clients) socket.terminate();
  stub.close();
});

// Opens a session; the SDK always asks for TLS, which the gateway's listener here does not have.
function open(model) {
  const port = Number(new URL(BASE_URL).port);
  const session = new OpenAIRealtimeWS({ model, options: { createConnection: () => net.connect(port, '127.0.0.1') } }, openai);
  const failed = new Promise((resolve) => session.on('error', resolve));
  const closed = new Promise((resolve) =>
    session.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  return { session, failed, closed };
}

const next = (session, type) => new Promise((resolve) => session.once(type, resolve));

// Asks for a response; returns its text and usage.
async function respond(session) {
  let text = '';
  const listen = ({ delta }) => (text += delta);
  session.on('response.output_text.delta', listen);
  session.send({ type: 'response.create' });
  const { response } = await next(session, 'response.done');
  session.off('response.output_text.delta', listen);
  return { text, usage: response.usage };
}

// Returns the tokens that the gateway has counted in sessions.
async function counted() {
  const text = await (await fetch(`${ADMIN_URL}/metrics`)).text();
  const sum = (kind) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`gen_ai_client_inference_usage_${kind}_tokens_total{`) && line.includes('api="realtime"'))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return { input: sum('input'), output: sum('output') };
}

test('a text session arrives as it was sent, without compression', { timeout: 20_000 }, async () => {
  const { session, closed } = open('gpt-realtime');
  const created = await next(session, 'session.created');
  assert.equal(created.session.model, 'gpt-realtime');
  assert.equal(session.socket.extensions, '');
  for (let i = 0; i < 3; i++) assert.equal((await respond(session)).text, WORDS.join(''));
  session.close();
  assert.equal((await closed).code, 1000);
});

test("the SDK's usage equals the gateway's", { timeout: 20_000 }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 200)); // the session before is counted at its end
  const before = await counted();
  const { session, closed } = open('gpt-realtime');
  await next(session, 'session.created');
  const used = { input: 0, output: 0 };
  for (let i = 0; i < 5; i++) {
    const { usage } = await respond(session);
    used.input += usage.input_tokens;
    used.output += usage.output_tokens;
  }
  session.close();
  await closed;
  let more;
  for (const end = Date.now() + 2000; Date.now() < end; await new Promise((r) => setTimeout(r, 10))) {
    const after = await counted();
    more = { input: after.input - before.input, output: after.output - before.output };
    if (more.input === used.input && more.output === used.output) break;
  }
  assert.deepEqual(more, used);
});

test('a budget that is used up closes the session, and the refusal of the next one can be read', { timeout: 20_000 }, async () => {
  const { session, closed } = open('gpt-realtime-small');
  await next(session, 'session.created');
  while (session.socket.readyState === 1) {
    await Promise.race([respond(session), closed]);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  const { code, reason } = await closed;
  assert.equal(code, 1008);
  assert.match(reason, /^Rate limit reached on total tokens/);
  const refused = open('gpt-realtime-small');
  const answer = new Promise((resolve) =>
    refused.session.socket.once('unexpected-response', async (request, response) => {
      const pieces = [];
      for await (const piece of response) pieces.push(piece);
      resolve({ status: response.statusCode, ...JSON.parse(Buffer.concat(pieces)) });
    }),
  );
  const { status, error } = await answer;
  assert.equal(status, 429);
  assert.equal(error.code, 'insufficient_quota');
  assert.match(error.message, /Please try again in/);
  refused.session.on('error', () => {});
  refused.session.socket.terminate();
  const plain = await open('gpt-realtime-small').failed;
  assert.match(plain.message, /Unexpected server response: 429/);
});
