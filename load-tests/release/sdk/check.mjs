// The official Node SDKs, with only the base URL changed, against the stub model: directly or through a gateway.
// BASE_URL is the base URL of the SDKs (no path); STUB_URL is the URL of the stub if BASE_URL is a gateway.
// CA_FILE is the certificate of a gateway with TLS; requests then use HTTP/2.
// Run: BASE_URL=http://127.0.0.1:9000 node --test check.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import * as undici from 'undici';

const BASE_URL = process.env.BASE_URL ?? '';
if (!/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(BASE_URL)) {
  throw new Error('BASE_URL must be a loopback address such as http://127.0.0.1:9000');
}
const STUB_URL = process.env.STUB_URL ?? BASE_URL;
const CA_FILE = process.env.CA_FILE;
const overHttp2 = CA_FILE && {
  fetch: undici.fetch,
  fetchOptions: { dispatcher: new undici.Agent({ allowH2: true, connect: { ca: readFileSync(CA_FILE) } }) },
};
const options = { timeout: 20_000, maxRetries: 0, ...overHttp2 };
const anthropic = new Anthropic({ apiKey: 'sk-check-node', baseURL: BASE_URL, ...options });
const openai = new OpenAI({ apiKey: 'sk-check-node', baseURL: `${BASE_URL}/v1`, ...options });

const stub = (words) => ({ headers: { 'x-stub': words } });
const question = { model: 'stub-1', max_tokens: 1000, messages: [{ role: 'user', content: 'Who keeps the light?' }] };
const chat = { model: 'stub-1', messages: [{ role: 'user', content: 'Who keeps the light?' }] };
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

async function stats() {
  return (await fetch(`${STUB_URL}/stub/stats`)).json();
}

// Polls for at most two seconds.
async function eventually(condition, what) {
  for (const end = Date.now() + 2000; Date.now() < end; await new Promise((r) => setTimeout(r, 10))) {
    if (await condition()) return;
  }
  assert.fail(what);
}

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

test('anthropic: create', async () => {
  const message = await anthropic.messages.create(question);
  assert.equal(message.type, 'message');
  assert.equal(message.stop_reason, 'end_turn');
  assert.match(message.content[0].text, /^Prompt /);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

test('anthropic: the accumulated stream equals the whole message', async () => {
  const whole = await anthropic.messages.create(question);
  const stream = anthropic.messages.stream(question, stub('events=40,pace=2'));
  const pieces = [];
  stream.on('text', (piece) => pieces.push(piece));
  const final = await stream.finalMessage();
  assert.equal(pieces.length, 40);
  assert.equal(pieces.join(''), final.content[0].text);
  assert.equal(final.content[0].text, whole.content[0].text);
  assert.equal(final.usage.input_tokens, whole.usage.input_tokens);
  assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
  assert.equal(final.stop_reason, 'end_turn');
});

// A gateway with keepAlive: 1s writes comments into this pace. Without one, there are none to ignore.
test('anthropic and openai: streams with long silences are read', async () => {
  const [message, completion, response] = await Promise.all([
    anthropic.messages.stream(question, stub('events=2,pace=1300')).finalMessage(),
    openai.chat.completions.stream(chat, stub('events=2,pace=1300')).finalChatCompletion(),
    all(await openai.responses.create({ model: 'stub-1', input: 'Who keeps the light?', stream: true }, stub('events=2,pace=1300'))),
  ]);
  assert.match(message.content[0].text, /^Prompt /);
  assert.match(completion.choices[0].message.content, /^Prompt /);
  assert.equal(response.at(-1).type, 'response.completed');
});

test('anthropic: thinking is streamed with its signature', async () => {
  const thinking = { ...question, max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 1024 } };
  const final = await anthropic.messages.stream(thinking).finalMessage();
  assert.equal(final.content[0].type, 'thinking');
  assert.ok(final.content[0].signature.length > 0);
  assert.equal(final.content[1].type, 'text');
});

for (const streamed of [false, true]) {
  test(`anthropic: tool use round trip, ${streamed ? 'streamed' : 'whole'}`, async () => {
    const tools = [{ name: 'get_weather', description: 'The weather', input_schema: schema }];
    const ask = { ...question, tools, messages: [{ role: 'user', content: 'What is the weather?' }] };
    const first = streamed
      ? await anthropic.messages.stream(ask).finalMessage()
      : await anthropic.messages.create(ask);
    assert.equal(first.stop_reason, 'tool_use');
    const call = first.content.find((block) => block.type === 'tool_use');
    assert.equal(call.name, 'get_weather');
    assert.deepEqual(call.input, { city: 'Tromsø' });
    const result = [{ type: 'tool_result', tool_use_id: call.id, content: 'snow' }];
    const second = await anthropic.messages.create({
      ...ask,
      messages: [...ask.messages, { role: 'assistant', content: first.content }, { role: 'user', content: result }],
    });
    assert.equal(second.content[0].text, 'The tool answered: snow');
  });
}

test('anthropic: count tokens agrees with the usage', async () => {
  const { max_tokens: _, ...prompt } = question;
  const counted = await anthropic.messages.countTokens(prompt);
  assert.equal(counted.input_tokens, (await anthropic.messages.create(question)).usage.input_tokens);
});

// The stub puts http URLs into its responses even behind TLS.
test('anthropic: a batch is created, ends, and gives its results', { skip: Boolean(CA_FILE) }, async () => {
  const requests = ['a', 'b'].map((id) => ({ custom_id: id, params: question }));
  const created = await anthropic.messages.batches.create({ requests });
  assert.equal(created.processing_status, 'in_progress');
  assert.equal((await anthropic.messages.batches.retrieve(created.id)).processing_status, 'ended');
  const results = await all(await anthropic.messages.batches.results(created.id));
  assert.deepEqual(results.map((r) => [r.custom_id, r.result.type]), [['a', 'succeeded'], ['b', 'succeeded']]);
});

const errors = [
  [400, Anthropic.BadRequestError, OpenAI.BadRequestError],
  [401, Anthropic.AuthenticationError, OpenAI.AuthenticationError],
  [403, Anthropic.PermissionDeniedError, OpenAI.PermissionDeniedError],
  [404, Anthropic.NotFoundError, OpenAI.NotFoundError],
  [429, Anthropic.RateLimitError, OpenAI.RateLimitError],
  [500, Anthropic.InternalServerError, OpenAI.InternalServerError],
  [529, Anthropic.InternalServerError, OpenAI.InternalServerError],
];
for (const [status, anthropicType, openaiType] of errors) {
  test(`both: status ${status} is the SDK's own error`, async () => {
    await assert.rejects(anthropic.messages.create(question, stub(`status=${status}`)), (e) => {
      assert.ok(e instanceof anthropicType, `${e}`);
      assert.equal(e.error.type, 'error');
      return e.status === status;
    });
    await assert.rejects(openai.chat.completions.create(chat, stub(`status=${status}`)), (e) => {
      assert.ok(e instanceof openaiType, `${e}`);
      return e.status === status;
    });
  });
}

test('both: an invalid key is refused by the model', async () => {
  const a = new Anthropic({ apiKey: 'invalid-key', baseURL: BASE_URL, ...options });
  const o = new OpenAI({ apiKey: 'invalid-key', baseURL: `${BASE_URL}/v1`, ...options });
  await assert.rejects(a.messages.create(question), Anthropic.AuthenticationError);
  await assert.rejects(o.chat.completions.create(chat), OpenAI.AuthenticationError);
});

test('both: 429 is retried after retry-after', async () => {
  for (const send of [
    () => anthropic.messages.create(question, { ...stub('status=429,once,retry-after=1'), maxRetries: 2 }),
    () => openai.chat.completions.create(chat, { ...stub('status=429,once,retry-after=1'), maxRetries: 2 }),
  ]) {
    const from = performance.now();
    const answer = await send();
    assert.ok(answer.id);
    assert.ok(performance.now() - from >= 990, 'the second try waited for retry-after');
  }
});

test('anthropic: an error event after a 200 is an error', async () => {
  await assert.rejects(anthropic.messages.stream(question, stub('error-event=4')).finalMessage(), /Overloaded/i);
});

test('openai: an error event after a 200 is an error', async () => {
  const stream = await openai.chat.completions.create({ ...chat, stream: true }, stub('error-event=4'));
  await assert.rejects(all(stream), /server had an error/);
});

test('both: a stream that is cut short does not end well', async () => {
  await assert.rejects(anthropic.messages.stream(question, stub('cut=4')).finalMessage());
  const stream = await openai.chat.completions.create({ ...chat, stream: true }, stub('cut=4'));
  await assert.rejects(all(stream));
});

test('both: abort mid-stream cancels the upstream', async () => {
  const slow = stub('events=1000,pace=20');
  const streams = [
    () => anthropic.messages.create({ ...question, max_tokens: 100000, stream: true }, slow),
    () => openai.chat.completions.create({ ...chat, stream: true }, slow),
    () => openai.responses.create({ model: 'stub-1', input: 'Hello', stream: true }, slow),
  ];
  for (const open of streams) {
    const before = await stats();
    const stream = await open();
    let seen = 0;
    for await (const _ of stream) {
      if (++seen === 3) stream.controller.abort();
    }
    assert.ok(seen < 100);
    await eventually(
      async () => (await stats()).cancelledStreams === before.cancelledStreams + 1,
      'the stub never saw its stream cancelled',
    );
  }
});

test('both: abort before the first byte cancels the upstream', async () => {
  const before = await stats();
  const controller = new AbortController();
  const pending = anthropic.messages.create(question, { ...stub('hang'), signal: controller.signal });
  pending.catch(() => {});
  await eventually(async () => (await stats()).waiting > before.waiting, 'the request never reached the stub');
  controller.abort();
  await assert.rejects(pending, Anthropic.APIUserAbortError);
  await eventually(async () => (await stats()).cancelled > before.cancelled, 'the stub never saw it cancelled');
});

test('openai: chat create, with two choices and logprobs', async () => {
  const completion = await openai.chat.completions.create({ ...chat, n: 2, logprobs: true });
  assert.equal(completion.choices.length, 2);
  assert.equal(completion.choices[0].finish_reason, 'stop');
  assert.equal(completion.choices[0].logprobs.content.map((t) => t.token).join(''), completion.choices[0].message.content);
  assert.equal(completion.usage.total_tokens, completion.usage.prompt_tokens + completion.usage.completion_tokens);
});

test('openai: the accumulated chat stream equals the whole completion', async () => {
  const whole = await openai.chat.completions.create(chat);
  const stream = openai.chat.completions.stream(
    { ...chat, stream_options: { include_usage: true } },
    stub('events=40,pace=2'),
  );
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.content, whole.choices[0].message.content);
  assert.deepEqual(final.usage, whole.usage);
});

for (const streamed of [false, true]) {
  test(`openai: chat tool call round trip, ${streamed ? 'streamed' : 'whole'}`, async () => {
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: schema } }];
    const ask = { ...chat, tools, messages: [{ role: 'user', content: 'What is the weather?' }] };
    const first = streamed
      ? await openai.chat.completions.stream(ask).finalChatCompletion()
      : await openai.chat.completions.create(ask);
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    const [call] = first.choices[0].message.tool_calls;
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Tromsø' });
    const result = { role: 'tool', tool_call_id: call.id, content: 'snow' };
    const second = await openai.chat.completions.create({
      ...ask,
      messages: [...ask.messages, first.choices[0].message, result],
    });
    assert.equal(second.choices[0].message.content, 'The tool answered: snow');
  });
}

test('openai: responses create and retrieve', async () => {
  const response = await openai.responses.create({ model: 'stub-1', input: 'Who keeps the light?' });
  assert.equal(response.status, 'completed');
  assert.match(response.output_text, /^Prompt /);
  const stored = await openai.responses.retrieve(response.id);
  assert.equal(stored.output_text, response.output_text);
  assert.deepEqual(stored.usage, response.usage);
});

test('openai: the accumulated response stream equals the whole response', async () => {
  const ask = { model: 'stub-1', input: 'Who keeps the light?' };
  const whole = await openai.responses.create(ask);
  const stream = openai.responses.stream(ask, stub('events=40,pace=2'));
  let text = '';
  stream.on('response.output_text.delta', (event) => (text += event.delta));
  const final = await stream.finalResponse();
  assert.equal(text, whole.output_text);
  assert.equal(final.output[0].content[0].text, whole.output_text);
  assert.deepEqual(final.usage, whole.usage);
});

test('openai: responses function call round trip', async () => {
  const tools = [{ type: 'function', name: 'get_weather', parameters: schema, strict: true }];
  const ask = { model: 'stub-1', tools, input: 'What is the weather?' };
  const first = await openai.responses.stream(ask).finalResponse();
  const call = first.output.find((item) => item.type === 'function_call');
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Tromsø' });
  const second = await openai.responses.create({
    ...ask,
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: call.call_id, output: 'snow' }],
  });
  assert.equal(second.output_text, 'The tool answered: snow');
});

test('openai: a background response is polled until it is there', async () => {
  let response = await openai.responses.create({ model: 'stub-1', input: 'Hello', background: true });
  assert.equal(response.status, 'queued');
  for (let polls = 0; response.status !== 'completed' && polls < 5; polls++) {
    response = await openai.responses.retrieve(response.id);
  }
  assert.equal(response.status, 'completed');
});

test('both: the list of models', async () => {
  assert.ok((await anthropic.models.list()).data.length > 0);
  assert.ok((await openai.models.list()).data.length > 0);
});
