// Claude Code, Codex, Gemini CLI and opencode, each with every API that it has, with accounts whose responses are marked
// where their prompts allow it: a prompt, an edit of a file whose bytes are compared, a long stream, a silent one, a limit
// of seconds and one of hours. BASE_URL is the gateway, STUB_URL the stub model, RECORDER_PORT the port that the gateway
// knows as its model (../model.mjs listens there), and ACCESS_LOG the log of the gateway, which limits the models
// agent-seconds and agent-hours. Agents reach loopback only, and have a home of their own. AGENTS selects some, by name.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { END, SILENCE, checkLog, startModel } from '../model.mjs';

const { BASE_URL = '', STUB_URL = '', RECORDER_PORT, ACCESS_LOG, AGENTS } = process.env;
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

// Returns the tool calls of an edit, in order, by the tools that the agent offers.
function calls(directory, tools) {
  const path = join(directory, 'file.txt');
  const patch = `*** Begin Patch\n*** Update File: file.txt\n@@\n one\n-two\n+${LINE}\n three\n*** End Patch`;
  if (tools.includes('exec_command')) return [['exec_command', { cmd: `apply_patch <<'END'\n${patch}\nEND` }]]; // Codex
  if (tools.includes('Edit')) {
    return [['Read', { file_path: path }], ['Edit', { file_path: path, old_string: 'two', new_string: LINE }]]; // Claude Code
  }
  if (tools.includes('replace')) {
    const change = { file_path: path, instruction: 'Change the second line', old_string: 'two', new_string: LINE };
    return [['read_file', { file_path: path }], ['replace', change]]; // Gemini CLI
  }
  if (tools.includes('edit')) {
    return [['read', { filePath: path }], ['edit', { filePath: path, oldString: 'two', newString: LINE }]]; // opencode
  }
  return [];
}

// opencode with a provider package, whose API gives the path.
const opencode = (npm, version) => (home, work, name, prompt, key) => {
  mkdirSync(join(home, '.config', 'opencode'), { recursive: true });
  const gateway = { npm, name: 'gateway', options: { baseURL: `${BASE_URL}/${version}`, apiKey: key }, models: { [name]: { name } } };
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
  return { bin: 'opencode', args: ['run', prompt], env: Object.fromEntries(off.map((what) => [`OPENCODE_DISABLE_${what}`, '1'])) };
};

const claude = (thinking) => (home, work, name, prompt, key) => ({
  bin: 'claude',
  args: ['-p', '--model', name, '--permission-mode', 'acceptEdits', '--allowedTools', 'Read,Edit', '--', prompt],
  env: {
    ANTHROPIC_BASE_URL: BASE_URL,
    ANTHROPIC_AUTH_TOKEN: key,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: 'agent-plain',
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    ...(!thinking && { MAX_THINKING_TOKENS: '0' }),
  },
});

const codex = (thinking) => (home, work, name, prompt, key) => {
  mkdirSync(join(home, '.codex'));
  writeFileSync(
    join(home, '.codex', 'config.toml'),
    `model = "${name}"
model_provider = "gateway"
${thinking ? '' : 'model_reasoning_effort = "none"\nmodel_reasoning_summary = "none"'}
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
  const args = ['exec', '--skip-git-repo-check', '-C', work, prompt];
  return { bin: 'codex', args, env: { KEY: key, CODEX_HOME: join(home, '.codex') } };
};

// `path`: where it sends its prompts. `marked`: whether the final answer is, since text before signed thoughts is not.
// `hours`: what is said when a limit of hours refuses, and the most seconds to it.
const agents = {
  claude: { path: /^\/v1\/messages$/, start: claude(false), marked: true, hours: { says: /would exceed the account's rate limit .*try again in 3h/, within: 60 } },
  'claude-thinking': { path: /^\/v1\/messages$/, start: claude(true), marked: false },
  codex: { path: /^\/v1\/responses$/, start: codex(false), marked: true, hours: { says: /Quota exceeded/, within: 60 } },
  'codex-thinking': { path: /^\/v1\/responses$/, start: codex(true), marked: false },
  gemini: {
    path: /^\/v1beta\/models\//,
    marked: true,
    hours: { says: /./, within: 60 },
    start: (home, work, name, prompt, key) => {
      mkdirSync(join(home, '.gemini'));
      writeFileSync(
        join(home, '.gemini', 'settings.json'),
        JSON.stringify({
          general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
          privacy: { usageStatisticsEnabled: false },
          telemetry: { enabled: false },
          security: { auth: { selectedType: 'gemini-api-key' } },
        }),
      );
      const args = ['-m', name, '--approval-mode', 'yolo', '--skip-trust', '-p', prompt];
      return { bin: 'gemini', args, env: { GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: BASE_URL, GEMINI_CLI_HOME: home } };
    },
  },
  // proxy/docs/errors.md: opencode ends after its five retries only, and waits through any retry-after
  opencode: { path: /^\/v1\/chat\/completions$/, start: opencode('@ai-sdk/openai-compatible', 'v1'), marked: true, hours: { says: /Rate limit reached on requests .*try again in/, within: 200 } },
  'opencode-responses': { path: /^\/v1\/responses$/, start: opencode('@ai-sdk/openai', 'v1'), marked: true },
  'opencode-messages': { path: /^\/v1\/messages$/, start: opencode('@ai-sdk/anthropic', 'v1'), marked: true },
  'opencode-gemini': { path: /^\/v1beta\/models\//, start: opencode('@ai-sdk/google', 'v1beta'), marked: true },
};
const selected = Object.entries(agents).filter(([name]) => !AGENTS || AGENTS.split(',').includes(name));

// Runs an agent with a prompt; ends it, by its process group, after some seconds.
async function run(agent, name, prompt, seconds = 150) {
  const root = mkdtempSync(join(tmpdir(), `stillgate-${agent}-`));
  const [home, work] = ['home', 'work'].map((directory) => join(root, directory));
  mkdirSync(home);
  mkdirSync(work);
  writeFileSync(join(work, 'file.txt'), BEFORE);
  const { bin, args, env } = agents[agent].start(home, work, name, prompt.replace('DIRECTORY', work), `sk-${agent}`);
  const proxies = { HTTPS_PROXY: NOWHERE, HTTP_PROXY: NOWHERE, NO_PROXY: '127.0.0.1' };
  const started = performance.now();
  const child = spawn(join(BIN, bin), args, {
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

const ask = (name, key, content = 'Hello') =>
  fetch(`${BASE_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content }], stream: true }),
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
let model;

// Asserts that the whole text was printed, and that its words are the model's exactly if it is not marked.
function assertSaid(text, said, marked) {
  const [printed, expected] = [words(text), words(said)];
  const from = printed.indexOf(expected.slice(0, 12));
  const to = printed.indexOf(END, from);
  assert.ok(from >= 0 && to >= 0, text);
  const answer = printed.slice(from, to + END.length);
  const rest = Math.abs(answer.length / expected.length - 1);
  assert.ok(rest < 0.05, `${answer.length} characters instead of ${expected.length}:\n${text}`);
  assert.equal(answer !== expected, marked, marked ? 'not marked' : 'marked');
}

before(async () => {
  model = await startModel(RECORDER_PORT, STUB_URL, calls);
  const answer = async (key) =>
    [...(await (await ask('agent-plain', key)).text()).matchAll(/^data: (\{.*)$/gm)]
      .map(([, event]) => JSON.parse(event).choices[0]?.delta.content ?? '')
      .join('');
  const end = Date.now() + 10_000;
  for (const [agent] of selected) {
    while ((await answer(`sk-${agent}`)) === model.texts.plain) { // keys are derived in the background
      assert.ok(Date.now() < end, 'no response is marked');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
after(() => model.close());

test('the gateway writes into a silence', async () => {
  const response = await ask('agent-plain', 'sk-silence', 'Take your time');
  assert.ok((await response.text()).match(/^: keep-alive$/gm).length >= SILENCE / 1000);
});

describe('agents', { concurrency: 2 }, () => {
  for (const [agent, { path, marked, hours }] of selected) {
    const key = `sk-${agent}`;
    const plain = `plain-${agent}`;
    describe(agent, { concurrency: 1 }, () => {
      for (const [what, prompt, text] of [
        ['a prompt is answered', 'Say something', 'plain'],
        ['a long stream is printed whole', 'At length: say something', 'long'],
        ['a silent stream is awaited', 'Take your time: say something', 'plain'],
      ]) {
        test(what, async () => {
          const { status, text: printed } = await run(agent, plain, prompt);
          assert.equal(status, 0, printed);
          assertSaid(printed, model.texts[text], marked);
          assert.doesNotMatch(printed, /Reconnecting/);
        });
      }
      test('a file is edited to the byte', async () => {
        const { status, text, file } = await run(agent, plain, 'Edit file.txt in DIRECTORY');
        assert.equal(status, 0, text);
        assert.equal(file, AFTER, text);
        assert.doesNotMatch(text, /Reconnecting/);
      });
      test('a limit of seconds is waited for', async () => {
        await useUp('agent-seconds', key);
        const { status, text } = await run(agent, 'agent-seconds', 'Say something');
        assert.equal(status, 0, text);
        assert.ok(words(text).includes(words(model.texts.plain).slice(0, 12)), text);
      });
      if (hours) {
        test('a limit of hours ends it with a message', async () => {
          await useUp('agent-hours', key);
          const ended = await run(agent, 'agent-hours', 'Say something', 240);
          assert.notEqual(ended.status, 0, ended.text);
          assert.match(ended.text, hours.says);
          assert.ok(ended.seconds < hours.within, `ended after ${ended.seconds} s`);
          assert.doesNotMatch(ended.text, /Reconnecting/);
        });
      }
      test('its requests are in the log', () => checkLog(ACCESS_LOG, plain, path, marked));
    });
  }
});
