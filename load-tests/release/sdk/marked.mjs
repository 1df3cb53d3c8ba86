// The official Node SDKs with an account whose responses are marked. The deltas of a stream must add up to the SDK's final text
// and to the whole response to the same prompt. Usage must be the model's, and some words must differ from an unmarked account's.
// BASE_URL is a gateway with a canary filter; MARKED_KEY and PLAIN_KEY are the keys of the two accounts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const { BASE_URL = '', MARKED_KEY, PLAIN_KEY } = process.env;
if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(BASE_URL)) {
  throw new Error('BASE_URL must be a loopback address such as http://127.0.0.1:9000');
}
const PROMPTS = 5;
const options = { timeout: 20_000, maxRetries: 0 };
const stub = { headers: { 'x-stub': 'prose=200,events=61' } };

// For each API, sends one prompt, streamed or whole, and returns text, stream deltas and usage from the SDK.
const apis = {
  messages: (apiKey) => {
    const client = new Anthropic({ apiKey, baseURL: BASE_URL, ...options });
    return async (content, streamed) => {
      const ask = { model: 'stub-1', max_tokens: 4000, messages: [{ role: 'user', content }] };
      const pieces = [];
      const message = streamed
        ? await client.messages.stream(ask, stub).on('text', (piece) => pieces.push(piece)).finalMessage()
        : await client.messages.create(ask, stub);
      return { text: message.content[0].text, pieces, usage: message.usage.output_tokens };
    };
  },
  completions: (apiKey) => {
    const client = new OpenAI({ apiKey, baseURL: `${BASE_URL}/v1`, ...options });
    return async (content, streamed) => {
      const ask = { model: 'stub-1', messages: [{ role: 'user', content }] };
      const pieces = [];
      const completion = streamed
        ? await client.chat.completions
            .stream({ ...ask, stream_options: { include_usage: true } }, stub)
            .on('content', (piece) => pieces.push(piece))
            .finalChatCompletion()
        : await client.chat.completions.create(ask, stub);
      return { text: completion.choices[0].message.content, pieces, usage: completion.usage.completion_tokens };
    };
  },
  responses: (apiKey) => {
    const client = new OpenAI({ apiKey, baseURL: `${BASE_URL}/v1`, ...options });
    return async (input, streamed) => {
      const ask = { model: 'stub-1', input };
      const pieces = [];
      const response = streamed
        ? await client.responses
            .stream(ask, stub)
            .on('response.output_text.delta', (event) => pieces.push(event.delta))
            .finalResponse()
        : await client.responses.create(ask, stub);
      const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
      const text = parts.map((part) => part.text ?? '').join('');
      return { text, pieces, usage: response.usage.output_tokens };
    };
  },
};

for (const [name, api] of Object.entries(apis)) {
  test(`${name}: a marked stream adds up to the marked answer`, async () => {
    const marked = api(MARKED_KEY);
    const plain = api(PLAIN_KEY);
    let changed = 0;
    for (let i = 0; i < PROMPTS; i++) {
      const prompt = `Tell me about subject ${i}`;
      const streamed = await marked(prompt, true);
      const whole = await marked(prompt, false);
      const unmarked = await plain(prompt, true);
      assert.ok(streamed.pieces.length > 10, `${streamed.pieces.length} pieces`);
      assert.equal(streamed.pieces.join(''), streamed.text);
      assert.equal(whole.text, streamed.text);
      assert.equal(streamed.usage, unmarked.usage);
      assert.equal(whole.usage, unmarked.usage);
      changed += streamed.text === unmarked.text ? 0 : 1;
    }
    assert.ok(changed >= PROMPTS - 1, `only ${changed} of ${PROMPTS} responses are marked`);
  });
}
