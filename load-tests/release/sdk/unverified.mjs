// The official Node SDKs with an account whose responses are all marked, because the policy marks every unverified account.
// Only prose may change. Code, tool calls and JSON must be the model's, byte for byte; streams, whole and stored responses
// must agree; and requests must reach the model as the SDK wrote them, so that prompt caches work.
// BASE_URL is the gateway, STUB_URL the model, and RECORDER_PORT the port that the gateway knows as its model: this script
// listens there, notes the bodies of requests, and passes them on.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT } = process.env;
for (const url of [BASE_URL, STUB_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and STUB_URL must be loopback addresses such as http://127.0.0.1:9000');
  }
}
const CODE = /```[^]*?```|`[^`\n]+`/g;
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const stub = (words) => ({ headers: { 'x-stub': words } });
const PROSE = stub('prose=200,events=61');
const MIXED = stub('prose=200,events=61,code');

const received = [];
const recorder = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    received.push(Buffer.concat(chunks));
    const on = http.request(STUB_URL + request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    on.end(received.at(-1));
  });
});

let sent;
const options = {
  apiKey: 'sk-everybody',
  timeout: 20_000,
  maxRetries: 0,
  fetch: (url, init) => {
    sent = init.body;
    return fetch(url, init);
  },
};
const clients = (url) => ({
  anthropic: new Anthropic({ ...options, baseURL: url }),
  openai: new OpenAI({ ...options, baseURL: `${url}/v1` }),
});
const gateway = clients(BASE_URL);
const model = clients(STUB_URL);

// For each API: sends turns, streamed or whole, and returns the text, the deltas of a stream, the tool call and the id.
const apis = {
  messages: async ({ anthropic }, turns, { streamed, tools, how = PROSE } = {}) => {
    const ask = { model: 'stub-1', max_tokens: 4000, messages: turns };
    if (tools) ask.tools = [{ name: 'get_weather', description: 'The weather', input_schema: schema }];
    const pieces = [];
    const message = streamed
      ? await anthropic.messages.stream(ask, how).on('text', (piece) => pieces.push(piece)).finalMessage()
      : await anthropic.messages.create(ask, how);
    const of = (type) => message.content.filter((block) => block.type === type);
    return { text: of('text').map((block) => block.text).join(''), pieces, call: of('tool_use')[0]?.input };
  },
  completions: async ({ openai }, turns, { streamed, tools, json, how = PROSE } = {}) => {
    const ask = { model: 'stub-1', messages: turns };
    if (tools) ask.tools = [{ type: 'function', function: { name: 'get_weather', parameters: schema } }];
    if (json) ask.response_format = { type: 'json_object' };
    const pieces = [];
    const completion = streamed
      ? await openai.chat.completions.stream(ask, how).on('content', (piece) => pieces.push(piece)).finalChatCompletion()
      : await openai.chat.completions.create(ask, how);
    const { content, tool_calls: calls } = completion.choices[0].message;
    return { text: content ?? '', pieces, call: calls && JSON.parse(calls[0].function.arguments) };
  },
  responses: async ({ openai }, turns, { streamed, tools, json, how = PROSE } = {}) => {
    const ask = { model: 'stub-1', input: turns };
    if (tools) ask.tools = [{ type: 'function', name: 'get_weather', parameters: schema, strict: true }];
    if (json) ask.text = { format: { type: 'json_object' } };
    const pieces = [];
    const response = streamed
      ? await openai.responses
          .stream(ask, how)
          .on('response.output_text.delta', (event) => pieces.push(event.delta))
          .finalResponse()
      : await openai.responses.create(ask, how);
    const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
    const call = response.output.find((item) => item.type === 'function_call');
    return {
      text: parts.map((part) => part.text ?? '').join(''),
      pieces,
      call: call && JSON.parse(call.arguments),
      id: response.id,
    };
  },
};
const user = (content) => [{ role: 'user', content }];

before(async () => {
  await new Promise((resolve) => recorder.listen(Number(RECORDER_PORT), '127.0.0.1', resolve));
  const plain = (await apis.messages(model, user('Tell me more'))).text;
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
    if ((await apis.messages(gateway, user('Tell me more'))).text !== plain) return;
  }
  assert.fail('no response is marked');
});
after(() => {
  recorder.close();
  recorder.closeAllConnections();
});

for (const [name, ask] of Object.entries(apis)) {
  test(`${name}: a marked stream adds up to the marked answer, with the model's code`, async () => {
    let changed = 0;
    for (let i = 0; i < 5; i++) {
      const turns = user(`Tell me about subject ${i}`);
      const plain = await ask(model, turns, { how: MIXED });
      const whole = await ask(gateway, turns, { how: MIXED });
      const streamed = await ask(gateway, turns, { how: MIXED, streamed: true });
      assert.equal(streamed.pieces.join(''), streamed.text);
      assert.equal(streamed.text, whole.text);
      assert.ok(plain.text.match(CODE).length >= 2, plain.text);
      assert.deepEqual(whole.text.match(CODE), plain.text.match(CODE));
      changed += whole.text === plain.text ? 0 : 1;
    }
    assert.ok(changed >= 4, `only ${changed} of 5 responses are marked`);
  });

  test(`${name}: a tool call is the model's`, async () => {
    for (const streamed of [false, true]) {
      const { call } = await ask(gateway, user('What is the weather?'), { tools: true, streamed });
      assert.deepEqual(call, { city: 'Tromsø' });
    }
  });

  if (name !== 'messages') {
    test(`${name}: an answer in JSON mode is the model's`, async () => {
      for (const streamed of [false, true]) {
        const turns = user('Answer in JSON');
        const plain = await ask(model, turns, { json: true });
        const answer = await ask(gateway, turns, { json: true, streamed });
        assert.equal(answer.text, plain.text);
      }
    });
  }

  test(`${name}: a marked turn comes back to the model as it was served`, async () => {
    const turns = user('Tell me about caches');
    const { text } = await ask(gateway, turns, { streamed: true });
    assert.notEqual(text, (await ask(model, turns)).text);
    const more = [...turns, { role: 'assistant', content: text }, ...user('And then?')];
    await ask(gateway, more);
    assert.equal(received.at(-1).toString(), sent);
    const { messages, input } = JSON.parse(sent);
    assert.deepEqual(messages ?? input, more);
  });
}

test('responses: a stored answer is what was streamed', async () => {
  const { text, id } = await apis.responses(gateway, user('Tell me about stores'), { streamed: true });
  assert.notEqual(text, (await model.openai.responses.retrieve(id)).output_text);
  assert.equal((await gateway.openai.responses.retrieve(id)).output_text, text);
});
