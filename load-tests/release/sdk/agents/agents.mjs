// Codex and opencode, with accounts whose responses are marked where their prompts allow it: a prompt, an edit of a file
// whose bytes are compared, a limit of seconds and one of an hour. BASE_URL is the gateway, STUB_URL the stub model, and
// RECORDER_PORT the port that the gateway knows as its model: this script listens there, plays the tool calls, and takes
// its words from the stub model. The gateway limits the models agent-seconds and agent-hour. Agents reach loopback only,
// and have a home of their own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT } = process.env;
for (const url of [BASE_URL, STUB_URL]) {
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) {
    throw new Error('BASE_URL and STUB_URL must be loopback addresses such as http://127.0.0.1:9000');
  }
}
const BIN = fileURLToPath(new URL('node_modules/.bin/', import.meta.url));
const BEFORE = 'one\ntwo\nthree\n';
const LINE = 'It is not ready yet, and it does not work; do not start it.'; // would be marked in prose
const AFTER = `one\n${LINE}\nthree\n`;
const NOWHERE = 'http://127.0.0.1:1'; // the proxy of everything but loopback; nothing listens there
let plain;

// Returns the tool calls of a task, in order: of Codex, whose only tool is a shell, or of opencode.
const calls = (directory) => ({
  codex: [
    ['exec_command', { cmd: `apply_patch <<'END'\n*** Begin Patch\n*** Update File: file.txt\n@@\n one\n-two\n+${LINE}\n three\n*** End Patch\nEND` }],
  ],
  opencode: [
    ['read', { filePath: join(directory, 'file.txt') }],
    ['edit', { filePath: join(directory, 'file.txt'), oldString: 'two', newString: LINE }],
  ],
});

const count = (items, isResult) => items.filter(isResult).length;
const taskOf = (text) => /Edit file\.txt in ([\w/.-]+)/.exec(text)?.[1];

function responses(request, response) {
  const send = (type, fields) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  const directory = taskOf(JSON.stringify(request.input));
  const done = count(request.input, ({ type }) => type === 'function_call_output');
  const call = directory && calls(directory).codex[done];
  const item = call
    ? { type: 'function_call', id: 'fc_1', call_id: `call_${done}`, name: call[0], arguments: JSON.stringify(call[1]), status: 'completed' }
    : { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: plain, annotations: [] }] };
  const answer = { id: 'resp_1', object: 'response', model: request.model, output: [] };
  send('response.created', { sequence_number: 0, response: { ...answer, status: 'in_progress' } });
  send('response.output_item.added', { sequence_number: 1, output_index: 0, item: { ...item, status: 'in_progress', ...(call ? { arguments: '' } : { content: [] }) } });
  const at = { item_id: item.id, output_index: 0 };
  if (call) {
    send('response.function_call_arguments.delta', { sequence_number: 2, ...at, delta: item.arguments });
    send('response.function_call_arguments.done', { sequence_number: 3, ...at, arguments: item.arguments });
  } else {
    const part = { ...at, content_index: 0 };
    send('response.content_part.added', { sequence_number: 2, ...part, part: { type: 'output_text', text: '', annotations: [] } });
    plain.match(/[\s\S]{1,37}/g).forEach((delta, i) => send('response.output_text.delta', { sequence_number: 3 + i, ...part, delta }));
    send('response.output_text.done', { sequence_number: 900, ...part, text: plain });
    send('response.content_part.done', { sequence_number: 901, ...part, part: item.content[0] });
  }
  send('response.output_item.done', { sequence_number: 902, output_index: 0, item });
  const usage = {
    input_tokens: 100, input_tokens_details: { cached_tokens: 0 },
    output_tokens: 50, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 150,
  };
  send('response.completed', { sequence_number: 903, response: { ...answer, status: 'completed', output: [item], usage } });
  response.end();
}

function completions(request, response) {
  const send = (delta, finish_reason = null) =>
    response.write(`data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: request.model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`);
  const directory = request.tools && taskOf(JSON.stringify(request.messages));
  const done = count(request.messages, ({ role }) => role === 'tool');
  const call = directory && calls(directory).opencode[done];
  if (call) {
    const [name, input] = call;
    send({ role: 'assistant', tool_calls: [{ index: 0, id: `call_${done}`, type: 'function', function: { name, arguments: JSON.stringify(input) } }] });
    send({}, 'tool_calls');
  } else {
    plain.match(/[\s\S]{1,37}/g).forEach((content) => send({ role: 'assistant', content }));
    send({}, 'stop');
  }
  response.write(`data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: request.model, choices: [], usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 } })}\n\n`);
  response.end('data: [DONE]\n\n');
}

const model = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const play = { '/v1/responses': responses, '/v1/chat/completions': completions }[request.url];
    if (!play) {
      response.writeHead(404, { 'content-type': 'application/json' });
      return response.end('{"error":{"message":"no such path"}}');
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    play(JSON.parse(Buffer.concat(chunks).toString()), response);
  });
});

const agents = {
  codex: (home, work, name, prompt, key) => {
    mkdirSync(join(home, '.codex'));
    writeFileSync(
      join(home, '.codex', 'config.toml'),
      `model = "${name}"
model_provider = "gateway"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.gateway]
name = "gateway"
base_url = "${BASE_URL}/v1"
env_key = "KEY"
wire_api = "responses"
supports_websockets = true
`,
    );
    return { args: ['exec', '--skip-git-repo-check', '-C', work, prompt], env: { KEY: key, CODEX_HOME: join(home, '.codex') } };
  },
  opencode: (home, work, name, prompt, key) => {
    mkdirSync(join(home, '.config', 'opencode'), { recursive: true });
    const gateway = {
      npm: '@ai-sdk/openai-compatible',
      name: 'gateway',
      options: { baseURL: `${BASE_URL}/v1`, apiKey: key },
      models: { [name]: { name } },
    };
    writeFileSync(
      join(home, '.config', 'opencode', 'opencode.json'),
      JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        model: `gateway/${name}`,
        small_model: `gateway/${name}`,
        permission: { edit: 'allow', bash: 'allow' },
        provider: { gateway },
      }),
    );
    const off = ['AUTOUPDATE', 'MODELS_FETCH', 'LSP_DOWNLOAD', 'DEFAULT_PLUGINS'];
    return { args: ['run', prompt], env: Object.fromEntries(off.map((what) => [`OPENCODE_DISABLE_${what}`, '1'])) };
  },
};

// Runs an agent with a prompt; ends it, by its process group, after some seconds.
async function run(agent, name, prompt, { seconds = 120, key }) {
  const root = mkdtempSync(join(tmpdir(), `stillgate-${agent}-`));
  const [home, work] = ['home', 'work'].map((directory) => join(root, directory));
  mkdirSync(home);
  mkdirSync(work);
  writeFileSync(join(work, 'file.txt'), BEFORE);
  const { args, env } = agents[agent](home, work, name, prompt.replace('DIRECTORY', work), key);
  const proxies = { HTTPS_PROXY: NOWHERE, HTTP_PROXY: NOWHERE, NO_PROXY: '127.0.0.1' };
  const started = performance.now();
  const child = spawn(join(BIN, agent), args, {
    cwd: work,
    env: { PATH: process.env.PATH, HOME: home, TERM: 'dumb', ...proxies, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // all of its processes have ended
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, seconds * 1000);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  end();
  const file = readFileSync(join(work, 'file.txt'), 'utf8');
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  const text = output.replace(/\x1b\[[0-9;]*m/g, '');
  assert.ok(!late, `${agent} has not ended after ${seconds} s:\n${text}`);
  return { status, text, file, seconds: (performance.now() - started) / 1000 };
}

const ask = (name, key) =>
  fetch(`${BASE_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content: 'Hello' }], stream: true }),
  });

// Sends requests until the limit of the model refuses one.
async function useUp(name, key) {
  for (let i = 0; i < 20; i++) {
    const response = await ask(name, key);
    await response.text();
    if (response.status === 429) return;
  }
  assert.fail(`${name} has no limit`);
}

const words = (text) => text.replace(/\s+/g, ' ').trim();

before(async () => {
  const prose = await fetch(`${STUB_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stub': 'prose=600' },
    body: JSON.stringify({ model: 'stub-1', messages: [{ role: 'user', content: 'Tell me about harbours' }] }),
  });
  plain = (await prose.json()).choices[0].message.content;
  await new Promise((resolve) => model.listen(Number(RECORDER_PORT), '127.0.0.1', resolve));
  const answer = async (key) =>
    [...(await (await ask('agent-plain', key)).text()).matchAll(/^data: (\{.*)$/gm)]
      .map(([, event]) => JSON.parse(event).choices[0]?.delta.content ?? '')
      .join('');
  const end = Date.now() + 10_000;
  for (const agent of Object.keys(agents)) {
    while ((await answer(`sk-${agent}`)) === plain) { // keys are derived in the background
      assert.ok(Date.now() < end, 'no response is marked');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
after(() => {
  model.close();
  model.closeAllConnections();
});

describe('agents', { concurrency: 2 }, () => {
  for (const agent of Object.keys(agents)) {
    const key = `sk-${agent}`;
    test(`${agent}: a limit of an hour ends it with a message`, async () => {
      await useUp('agent-hour', key);
      const ended = await run(agent, 'agent-hour', 'Say something', { seconds: 240, key });
      assert.notEqual(ended.status, 0, ended.text);
      // proxy/docs/errors.md: opencode ends after its five retries only
      assert.match(ended.text, agent === 'codex' ? /Quota exceeded/ : /Rate limit reached on requests .*try again in/);
      if (agent === 'codex') assert.ok(ended.seconds < 60, `ended after ${ended.seconds} s`);
      assert.doesNotMatch(ended.text, /Reconnecting/);
    });
    test(`${agent}: a prompt is answered`, async () => {
      const { status, text } = await run(agent, 'agent-plain', 'Say something', { key });
      assert.equal(status, 0, text);
      assert.ok(words(text).includes(words(plain).slice(0, 12)), text);
      assert.doesNotMatch(text, /Reconnecting/);
    });
    test(`${agent}: a file is edited to the byte`, async () => {
      const { status, text, file } = await run(agent, 'agent-plain', 'Edit file.txt in DIRECTORY', { key });
      assert.equal(status, 0, text);
      assert.equal(file, AFTER, text);
      assert.doesNotMatch(text, /Reconnecting/);
    });
    test(`${agent}: a limit of seconds is waited for`, async () => {
      await useUp('agent-seconds', key);
      const { status, text } = await run(agent, 'agent-seconds', 'Say something', { key });
      assert.equal(status, 0, text);
      assert.ok(words(text).includes(words(plain).slice(0, 12)), text);
    });
  }
});
