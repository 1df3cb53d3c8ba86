// The official Node SDK of Google (@google/genai) with an account whose responses are all marked: whole responses, both
// kinds of streams, chats, function calls, errors, counts of tokens, and a stream that the client gives up.
// BASE_URL is the gateway, STUB_URL the stub model, and RECORDER_PORT the port that the gateway knows as its model: this
// script listens there as the Gemini API. It checks paths, keys and bodies, and takes its words from the stub model.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { ApiError, GoogleGenAI } from '@google/genai';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT } = process.env;
for (const url of [BASE_URL, STUB_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and STUB_URL must be loopback addresses such as http://127.0.0.1:9000');
  }
}
const KEY = 'AIza-fake-key-for-this-check';
const MODEL = 'gemini-2.5-flash';
const CALL =
  /^\/v1(?:beta|beta1)?\/(?:publishers\/google\/)?models\/([^/:?]+):(generateContent|streamGenerateContent|countTokens)(\?alt=sse)?$/;
const TOOLS = [
  {
    functionDeclarations: [
      {
        name: 'tide_at',
        description: 'Returns the tide at a place.',
        parameters: { type: 'OBJECT', properties: { place: { type: 'STRING' } } },
      },
    ],
  },
];
const SIGNATURE = Buffer.from('what the model thought').toString('base64');

// Milliseconds after each event of a stream. The gateway writes into the silences of more than a second.
const PACES = { slow: 100, silent: 1300 };

const received = [];
const givenUp = [];

const words = (contents) =>
  contents.map(({ parts }) => parts.map(({ text }) => text ?? '').join('')).join('\n') || 'Hello';

// Asks the stub model for prose and its usage.
async function prose(body, stub) {
  const on = await fetch(`${STUB_URL}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', 'x-stub': stub },
    body: JSON.stringify({
      model: 'stub-1',
      max_tokens: 4000,
      messages: [{ role: 'user', content: words(body.contents.slice(-1)) }],
    }),
  });
  const message = await on.json();
  return { status: on.status, text: message.content?.[0]?.text, usage: message.usage };
}

const usage = ({ input_tokens: input, output_tokens: output }, share = 1) => ({
  promptTokenCount: input,
  candidatesTokenCount: Math.ceil(output * share),
  thoughtsTokenCount: 7,
  totalTokenCount: input + Math.ceil(output * share) + 7,
});

const piece = (parts, used, finishReason) => ({
  candidates: [{ content: { parts, role: 'model' }, ...(finishReason && { finishReason }), index: 0 }],
  usageMetadata: used,
  modelVersion: MODEL,
  responseId: 'r-1',
});

function pieces(text, used) {
  const cut = text.match(/[\s\S]{1,37}/g);
  return cut.map((part, i) =>
    piece([{ text: part }], usage(used, (i + 1) / cut.length), i + 1 === cut.length ? 'STOP' : undefined),
  );
}

async function answer(request, text, response) {
  const json = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(body, null, 2));
  };
  const refuse = (code, status, message, details) => json(code, { error: { code, message, status, details } });
  const call = CALL.exec(request.url);
  if (!call) return refuse(404, 'NOT_FOUND', `no such path: ${request.url}`);
  if (request.headers['x-goog-api-key'] !== KEY) return refuse(403, 'PERMISSION_DENIED', 'no key');
  const [, model, method, sse] = call;
  const body = JSON.parse(text);
  received.push({ model, method, body });
  const stub = request.headers['x-stub'] ?? '';
  if (stub === 'status=429') {
    return refuse(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' },
    ]);
  }
  const { text: said, usage: used } = await prose(body, PACES[stub] ? 'prose=400' : stub);
  if (method === 'countTokens') return json(200, { totalTokens: used.input_tokens });
  const last = body.contents.at(-1).parts[0];
  let all = pieces(stub === 'silent' ? said.slice(0, 100) : said, used);
  if (last.functionResponse) {
    all = [piece([{ text: `The tide is ${last.functionResponse.response.level}.` }], usage(used), 'STOP')];
  } else if (body.tools) {
    const functionCall = { name: 'tide_at', args: { place: 'the old mole' }, id: 'call-1' };
    all = [piece([{ functionCall, thoughtSignature: SIGNATURE }], usage(used), 'STOP')];
  } else if (method === 'generateContent') {
    all = [piece([{ text: 'The client wants prose.', thought: true }, { text: said }], usage(used), 'STOP')];
  }
  if (method === 'generateContent') return json(200, all[0]);
  response.writeHead(200, { 'content-type': sse ? 'text/event-stream' : 'application/json; charset=UTF-8' });
  if (stub === 'slow') {
    response.on('close', () => givenUp.push(response.writableFinished));
  }
  for (const [i, each] of all.entries()) {
    if (response.destroyed) return;
    response.write(
      sse
        ? `data: ${JSON.stringify(each)}\r\n\r\n`
        : `${i === 0 ? '[' : '\n,\r\n'}${JSON.stringify(each, null, 2)}${i + 1 === all.length ? '\n]\n' : ''}`,
    );
    if (PACES[stub]) await new Promise((resolve) => setTimeout(resolve, PACES[stub]));
  }
  response.end();
}

const gemini = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    answer(request, Buffer.concat(chunks).toString(), response).catch((e) => response.destroy(e));
  });
});

const options = (url) => ({ apiKey: KEY, httpOptions: { baseUrl: url, timeout: 20_000 } });
const clients = [
  ['Gemini API', new GoogleGenAI(options(BASE_URL))],
  ['Vertex AI', new GoogleGenAI({ vertexai: true, ...options(BASE_URL) })],
];
const ai = clients[0][1];
const direct = new GoogleGenAI(options(`http://127.0.0.1:${RECORDER_PORT}`));
const stub = (text) => ({ httpOptions: { headers: { 'x-stub': text } } });
const PROSE = stub('prose=200,events=61');
const ask = (contents, config = PROSE) => ({ model: MODEL, contents, config });

async function collect(stream) {
  const texts = [];
  let last;
  for await (const chunk of stream) {
    texts.push(chunk.text ?? '');
    last = chunk;
  }
  return { texts, last };
}

before(async () => {
  await new Promise((resolve) => gemini.listen(Number(RECORDER_PORT), '127.0.0.1', resolve));
  const plain = (await direct.models.generateContent(ask('Tell me more'))).text;
  const end = Date.now() + 10_000;
  while ((await ai.models.generateContent(ask('Tell me more'))).text === plain) { // keys are derived in the background
    assert.ok(Date.now() < end, 'no response is marked');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
after(() => {
  gemini.close();
  gemini.closeAllConnections();
});

for (const [name, client] of clients) {
  test(`${name}: a marked stream adds up to the marked answer`, async () => {
    let changed = 0;
    for (let i = 0; i < 5; i++) {
      const subject = `Tell me about subject ${i}`;
      const plain = await direct.models.generateContent(ask(subject));
      const whole = await client.models.generateContent(ask(subject));
      assert.equal(received.at(-1).model, MODEL);
      assert.equal(whole.candidates[0].content.parts[0].text, 'The client wants prose.');
      assert.deepEqual(whole.usageMetadata, plain.usageMetadata);
      const { texts, last } = await collect(await client.models.generateContentStream(ask(subject)));
      assert.ok(texts.length > 3);
      assert.equal(texts.join(''), whole.text);
      assert.equal(last.candidates[0].finishReason, 'STOP');
      assert.deepEqual(last.usageMetadata, plain.usageMetadata);
      changed += whole.text === plain.text ? 0 : 1;
    }
    assert.ok(changed >= 4, `only ${changed} of 5 responses are marked`);
  });
}

test('a stream in an array has the same marked text', async () => {
  const whole = await ai.models.generateContent(ask('Tell me about the array'));
  const response = await fetch(`${BASE_URL}/v1beta/models/${MODEL}:streamGenerateContent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': KEY, 'x-stub': 'prose=200,events=61' },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Tell me about the array' }] }] }),
  });
  const list = await response.json();
  assert.ok(list.length > 3);
  assert.equal(list.map((each) => each.candidates[0].content.parts[0].text).join(''), whole.text);
});

test('a stream with long silences is read whole', async () => {
  const url = `${BASE_URL}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
  const headers = { 'content-type': 'application/json', 'x-goog-api-key': KEY, 'x-stub': 'silent' };
  const contents = [{ role: 'user', parts: [{ text: 'Tell me about silence' }] }];
  const [{ texts, last }, plain] = await Promise.all([
    ai.models.generateContentStream(ask('Tell me about silence', stub('silent'))).then(collect),
    fetch(url, { method: 'POST', headers, body: JSON.stringify({ contents }) }).then((response) => response.text()),
  ]);
  const events = plain.match(/(?<=^data: ).*/gm).map((event) => JSON.parse(event));
  assert.ok(events.some((each) => !each.usageMetadata), 'the gateway has written into a silence');
  assert.equal(texts.join(''), events.map((each) => each.candidates[0].content.parts[0].text).join(''));
  assert.equal(last.candidates[0].finishReason, 'STOP');
});

test('a chat sends back the text that it was given', async () => {
  const chat = ai.chats.create({ model: MODEL, config: PROSE });
  const { texts } = await collect(await chat.sendMessageStream({ message: 'Tell me about tides' }));
  const second = await chat.sendMessage({ message: 'And about storms?' });
  assert.ok(second.text.length > 100);
  const { contents } = received.at(-1).body;
  assert.equal(words(contents.filter(({ role }) => role === 'model')).replaceAll('\n', ''), texts.join('').replaceAll('\n', ''));
  assert.equal(contents.at(-1).parts[0].text, 'And about storms?');
});

test('a function call makes its round', async () => {
  const config = { ...PROSE, tools: TOOLS };
  const question = { role: 'user', parts: [{ text: 'When is high water?' }] };
  const first = await ai.models.generateContent({ model: MODEL, contents: [question], config });
  assert.deepEqual(first.functionCalls, [{ name: 'tide_at', args: { place: 'the old mole' }, id: 'call-1' }]);
  const { content } = first.candidates[0];
  const result = { functionResponse: { name: 'tide_at', id: 'call-1', response: { level: 'high' } } };
  const contents = [question, content, { role: 'user', parts: [result] }];
  const { texts } = await collect(await ai.models.generateContentStream({ model: MODEL, contents, config }));
  assert.equal(texts.join(''), 'The tide is high.');
  assert.deepEqual(received.at(-1).body.contents, contents);
  assert.equal(received.at(-1).body.contents[1].parts[0].thoughtSignature, SIGNATURE);
});

test('tokens are counted', async () => {
  const counted = await ai.models.countTokens({ model: MODEL, contents: 'Who keeps the light?' });
  const plain = await direct.models.countTokens({ model: MODEL, contents: 'Who keeps the light?' });
  assert.ok(counted.totalTokens > 0);
  assert.equal(counted.totalTokens, plain.totalTokens);
});

test('errors of the model and of the gateway are the errors of the SDK', async () => {
  for (const limited of [ai.models.generateContent, ai.models.generateContentStream]) {
    await assert.rejects(limited.call(ai.models, ask('Hello', stub('status=429'))), (e) => {
      assert.ok(e instanceof ApiError);
      assert.equal(e.status, 429);
      assert.equal(JSON.parse(e.message).error.details[0].retryDelay, '34s');
      return true;
    });
  }
  const seen = received.length;
  await assert.rejects(ai.models.embedContent({ model: MODEL, contents: 'Hello' }), (e) => {
    assert.ok(e instanceof ApiError);
    assert.equal(e.status, 404);
    assert.equal(JSON.parse(e.message).error.status, 'NOT_FOUND');
    return true;
  });
  assert.equal(received.length, seen);
});

test('a stream that the client gives up is given up by the gateway', async () => {
  const abort = new AbortController();
  const stream = await ai.models.generateContentStream(ask('Go on', { ...stub('slow'), abortSignal: abort.signal }));
  await assert.rejects(async () => {
    for await (const _ of stream) abort.abort();
  });
  const end = Date.now() + 10_000;
  while (givenUp.length === 0) {
    assert.ok(Date.now() < end, 'the request of the model was not cancelled');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(givenUp, [false]);
});
