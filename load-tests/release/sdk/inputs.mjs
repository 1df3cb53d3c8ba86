// OpenAI's Node SDK for embeddings, images, audio and moderations, through a gateway to the stub model. Compares the
// usage that the SDK reports with the tokens that the gateway has counted.
// Run: BASE_URL=http://127.0.0.1:9001 ADMIN_URL=http://127.0.0.1:9002 node --test inputs.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';

const { BASE_URL = '', ADMIN_URL = '' } = process.env;
for (const url of [BASE_URL, ADMIN_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and ADMIN_URL must be loopback addresses such as http://127.0.0.1:9001');
  }
}
const openai = new OpenAI({ apiKey: 'sk-check-node', baseURL: `${BASE_URL}/v1`, timeout: 20_000, maxRetries: 0 });
const upload = (bytes) => toFile(Buffer.alloc(bytes, 7), 'upload.bin');

// Returns the tokens and requests that the gateway has counted for an operation.
async function counted(api) {
  const text = await (await fetch(`${ADMIN_URL}/metrics`)).text();
  const sum = (name, label) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(`api="${api}"`) && line.includes(label))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    input: sum('gen_ai_client_inference_usage_input_tokens_total', ''),
    output: sum('gen_ai_client_inference_usage_output_tokens_total', ''),
    requests: sum('gen_ai_client_inference_duration_seconds_count', ''),
  };
}

// Runs a call and returns its result, after the gateway has counted exactly the expected tokens.
async function metered(api, call, usageOf) {
  const before = await counted(api);
  const result = await call();
  const usage = usageOf(result);
  let more;
  for (const end = Date.now() + 2000; Date.now() < end; await new Promise((r) => setTimeout(r, 10))) {
    const after = await counted(api);
    more = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
    if (more.requests === 1 && more.input === usage.input && more.output === usage.output) break;
  }
  assert.deepEqual(more, { ...usage, requests: 1 });
  return result;
}

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

const tokens = (usage) => ({ input: usage.input_tokens, output: usage.output_tokens });
const none = () => ({ input: 0, output: 0 });

for (const input of ['Who keeps the light?', ['one text', 'another text'], [1, 2, 3], [[1, 2], [3, 4, 5]]]) {
  test(`embeddings of ${JSON.stringify(input)}`, async () => {
    const list = await metered(
      'embeddings',
      () => openai.embeddings.create({ model: 'stub-embed', input }),
      ({ usage }) => ({ input: usage.prompt_tokens, output: 0 }),
    );
    assert.deepEqual(Array.from(list.data[0].embedding), [0.25, -0.5, 0.125]);
  });
}

test('an image, whole and in events', async () => {
  const ask = { model: 'gpt-image-1', prompt: 'A lighthouse at night' };
  const whole = await metered('image_generation', () => openai.images.generate(ask), ({ usage }) => tokens(usage));
  assert.ok(whole.data[0].b64_json);
  const events = await metered(
    'image_generation',
    async () => all(await openai.images.generate({ ...ask, stream: true, partial_images: 1 })),
    (seen) => tokens(seen.at(-1).usage),
  );
  assert.deepEqual(events.map((e) => e.type), ['image_generation.partial_image', 'image_generation.completed']);
});

test('an image of a model without token usage', async () => {
  await metered('image_generation', () => openai.images.generate({ model: 'dall-e-3', prompt: 'A lamp' }), none);
});

test('an edited image, whole and in events', async () => {
  const image = await upload(300_000);
  const ask = { model: 'gpt-image-1', prompt: 'Add a boat', image };
  await metered('image_edit', () => openai.images.edit(ask), ({ usage }) => {
    assert.ok(usage.input_tokens >= 292, 'the whole upload has arrived');
    return tokens(usage);
  });
  await metered(
    'image_edit',
    async () => all(await openai.images.edit({ ...ask, stream: true })),
    (seen) => tokens(seen.at(-1).usage),
  );
});

test('a transcription by tokens, whole and in events', async () => {
  const ask = { model: 'gpt-4o-transcribe', file: await upload(200_000) };
  await metered('transcription', () => openai.audio.transcriptions.create(ask), ({ usage }) => tokens(usage));
  const events = await metered(
    'transcription',
    async () => all(await openai.audio.transcriptions.create({ ...ask, stream: true })),
    (seen) => tokens(seen.at(-1).usage),
  );
  const text = events.filter((e) => e.type === 'transcript.text.delta').map((e) => e.delta);
  assert.equal(text.join(''), events.at(-1).text);
});

test('a transcription by seconds, as JSON and as text', async () => {
  const ask = { model: 'whisper-1', file: await upload(1000) };
  const whole = await metered('transcription', () => openai.audio.transcriptions.create(ask), none);
  assert.equal(whole.usage.type, 'duration');
  const text = await metered(
    'transcription',
    () => openai.audio.transcriptions.create({ ...ask, response_format: 'text' }),
    none,
  );
  assert.equal(text.trim(), whole.text);
});

test('a translation', async () => {
  await metered('translation', async () => openai.audio.translations.create({ model: 'whisper-1', file: await upload(9) }), none);
});

test('speech, as sound and in events', async () => {
  const ask = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'The lamp is lit, and the sea is calm.' };
  const sound = await metered('speech', () => openai.audio.speech.create(ask), none);
  assert.equal(await sound.text(), 'The lamp is lit.');
  const before = await counted('speech');
  const events = await (await openai.audio.speech.create({ ...ask, stream_format: 'sse' })).text();
  const { usage } = JSON.parse(events.slice(events.lastIndexOf('data: ') + 6));
  for (const end = Date.now() + 2000; Date.now() < end; await new Promise((r) => setTimeout(r, 10))) {
    if ((await counted('speech')).requests > before.requests) break;
  }
  const after = await counted('speech');
  assert.deepEqual(tokens(usage), { input: after.input - before.input, output: after.output - before.output });
});

test('a moderation', async () => {
  const verdict = await metered('moderation', () => openai.moderations.create({ input: 'a text' }), none);
  assert.equal(verdict.results[0].flagged, false);
});
