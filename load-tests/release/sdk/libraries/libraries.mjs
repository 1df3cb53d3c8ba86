// The Vercel AI SDK and LangChain JS with each provider's package, with an account whose responses are marked: a prompt
// whole and streamed, a turn with a tool, a long stream, a silent one, a limit of seconds and one of hours. BASE_URL is the
// gateway, STUB_URL the stub model, RECORDER_PORT the port that the gateway knows as its model (../model.mjs listens
// there), and ACCESS_LOG the log of the gateway, which limits the models agent-seconds and agent-hours.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { END, SILENCE, checkLog, startModel } from '../model.mjs';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT, ACCESS_LOG } = process.env;
for (const url of [BASE_URL, STUB_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and STUB_URL must be loopback addresses such as http://127.0.0.1:9000');
  }
}
globalThis.AI_SDK_LOG_WARNINGS = false;
process.env.LANGSMITH_TRACING = process.env.LANGCHAIN_TRACING_V2 = 'false';
const V1 = `${BASE_URL}/v1`;
const V1BETA = `${BASE_URL}/v1beta`;
const place = z.object({ place: z.string() });
const description = 'Returns the weather at a place';

// Each client: whole(model, prompt), stream(model, prompt, onPiece) and tool(model, prompt), which all return text.
function vercel(create) {
  return (apiKey) => {
    const at = create(apiKey);
    return {
      whole: async (model, prompt) => (await generateText({ model: at(model), prompt })).text,
      async stream(model, prompt, onPiece) {
        const { fullStream } = streamText({ model: at(model), prompt, onError: () => {} });
        let text = '';
        for await (const part of fullStream) {
          if (part.type === 'error') throw part.error;
          if (part.type !== 'text-delta') continue;
          onPiece?.(part.text);
          text += part.text;
        }
        return text;
      },
      async tool(model, prompt, called) {
        const weather = tool({ description, inputSchema: place, execute: async (input) => (called.push(input), 'snow') });
        return (await generateText({ model: at(model), prompt, tools: { weather }, stopWhen: isStepCount(3) })).text;
      },
    };
  };
}

function langchain(create) {
  return (apiKey) => ({
    whole: async (model, prompt) => (await create(model, apiKey).invoke(prompt)).text,
    async stream(model, prompt, onPiece) {
      let text = '';
      for await (const { text: piece } of await create(model, apiKey).stream(prompt)) {
        onPiece?.(piece);
        text += piece;
      }
      return text;
    },
    async tool(model, prompt, called) {
      const chat = create(model, apiKey).bindTools([{ name: 'weather', description, schema: place }]);
      const first = await chat.invoke(prompt);
      const [call] = first.tool_calls;
      called.push(call.args);
      const result = new ToolMessage({ content: 'snow', tool_call_id: call.id, name: call.name });
      return (await chat.invoke([new HumanMessage(prompt), first, result])).text;
    },
  });
}

// The path of each client's requests, and the client of a key.
const clients = {
  'ai anthropic': [/^\/v1\/messages$/, vercel((apiKey) => createAnthropic({ apiKey, baseURL: V1 }))],
  'ai openai responses': [/^\/v1\/responses$/, vercel((apiKey) => createOpenAI({ apiKey, baseURL: V1 }))],
  'ai openai chat': [/^\/v1\/chat\/completions$/, vercel((apiKey) => createOpenAI({ apiKey, baseURL: V1 }).chat)],
  'ai google': [/^\/v1beta\/models\//, vercel((apiKey) => createGoogle({ apiKey, baseURL: V1BETA }))],
  'langchain anthropic': [/^\/v1\/messages$/, langchain((model, apiKey) => new ChatAnthropic({ model, apiKey, anthropicApiUrl: BASE_URL }))],
  'langchain openai chat': [/^\/v1\/chat\/completions$/, langchain((model, apiKey) => new ChatOpenAI({ model, apiKey, configuration: { baseURL: V1 } }))],
  'langchain openai responses': [
    /^\/v1\/responses$/,
    langchain((model, apiKey) => new ChatOpenAI({ model, apiKey, useResponsesApi: true, configuration: { baseURL: V1 } })),
  ],
  'langchain google': [/^\/v1beta\/models\//, langchain((model, apiKey) => new ChatGoogleGenerativeAI({ model, apiKey, baseUrl: BASE_URL }))],
};

let model;
before(async () => {
  model = await startModel(RECORDER_PORT, STUB_URL);
  const warm = clients['ai openai chat'][1]('sk-libraries');
  const end = Date.now() + 10_000;
  while ((await warm.whole('agent-plain', 'Hello')) === model.texts.plain) { // keys are derived in the background
    assert.ok(Date.now() < end, 'no response is marked');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
after(() => model.close());

// Asserts that a whole text came, marked.
function assertMarked(text, said) {
  assert.ok(text.startsWith(said.slice(0, 12)) && text.endsWith(END), text.slice(0, 200));
  assert.ok(Math.abs(text.length / said.length - 1) < 0.05, `${text.length} characters instead of ${said.length}`);
  assert.notEqual(text, said);
}

const since = (start) => (performance.now() - start) / 1000;

describe('libraries', { concurrency: 8 }, () => {
  for (const [name, [path, create]] of Object.entries(clients)) {
    const key = name.replaceAll(' ', '-');
    const client = create(`sk-${key}`);
    const plain = `plain-${key}`;
    describe(name, { concurrency: 1 }, () => {
      test('a prompt is answered', async () => assertMarked(await client.whole(plain, 'Say something'), model.texts.plain));
      test('a stream adds up to the whole answer', async () => {
        const pieces = [];
        const streamed = await client.stream(plain, 'Say something', (piece) => pieces.push(piece));
        assert.ok(pieces.length > 10, `${pieces.length} pieces`);
        assert.equal(streamed, await client.whole(plain, 'Say something'));
      });
      test('a tool is called and its result answered', async () => {
        const called = [];
        assertMarked(await client.tool(plain, 'Weather in the north', called), model.texts.plain);
        assert.deepEqual(called, [{ place: 'Tromsø' }]);
      });
      test('a long stream arrives whole', async () => assertMarked(await client.stream(plain, 'At length'), model.texts.long));
      test('a silent stream is awaited', async () => {
        const start = performance.now();
        assertMarked(await client.stream(plain, 'Take your time'), model.texts.plain);
        assert.ok(since(start) > (2 * SILENCE) / 1000 - 0.1);
      });
      for (const method of ['whole', 'stream']) {
        test(`a limit of seconds is waited for, ${method}`, async () => {
          const start = performance.now();
          await client.whole('agent-seconds', 'Say something');
          assertMarked(await client[method]('agent-seconds', 'Say something'), model.texts.plain);
          assert.ok(since(start) > 15, `after ${since(start)} s`);
        });
        test(`a limit of hours is an error with its reason, ${method}`, async () => {
          await client[method]('agent-hours', 'Say something').catch(() => {}); // refused already if the other test ran before
          const start = performance.now();
          await assert.rejects(client[method]('agent-hours', 'Say something'), (error) => {
            assert.match(error.message, /Please try again in 3h/);
            assert.equal(error.lastError?.statusCode ?? error.status, 429);
            return true;
          });
          assert.ok(since(start) < 20, `after ${since(start)} s`);
        });
      }
      test('its requests are in the log, marked', () => checkLog(ACCESS_LOG, plain, path, true));
    });
  }
});
