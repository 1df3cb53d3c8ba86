// A scripted model that speaks Responses, Chat Completions, Messages and the Gemini API, whole and streamed. Its behaviour
// follows the prompt: "Edit file.txt in DIRECTORY" plays tool calls, "Weather" calls the first tool once, "At length" is a
// long stream, "Take your time" is silent between its pieces, and all else is a few hundred words of prose.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';

export const SILENCE = 4000; // milliseconds before and within a silent stream
export const END = '`end-of-the-text`'; // in code, so never marked
const PIECE = /[\s\S]{1,37}/g;
const USAGE = [100, 50];
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const sse = (type, fields) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const data = (value) => `data: ${JSON.stringify(value)}\n\n`;
const count = (items, isResult) => items.filter(isResult).length;

// Each function takes the answer: {model, call: {name, input, id} or text}; and returns [head, pieces, tail] of a stream.
const responses = {
  path: /^\/v1\/responses$/,
  read: (body) => ({
    conversation: JSON.stringify(body.input),
    results: Array.isArray(body.input) ? count(body.input, ({ type }) => type === 'function_call_output') : 0,
    tools: (body.tools ?? []).map(({ name }) => name),
  }),
  whole({ model, call, text }, id) {
    const item = call
      ? { type: 'function_call', id: `fc_${id}`, call_id: call.id, name: call.name, arguments: JSON.stringify(call.input), status: 'completed' }
      : { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };
    const [input_tokens, output_tokens] = USAGE;
    const usage = {
      input_tokens, input_tokens_details: { cached_tokens: 0 },
      output_tokens, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: input_tokens + output_tokens,
    };
    return { id: `resp_${id}`, object: 'response', created_at: 1, model, status: 'completed', output: [item], usage };
  },
  stream(answer, id) {
    const whole = this.whole(answer, id);
    const [item] = whole.output;
    const { call, text } = answer;
    const at = { item_id: item.id, output_index: 0 };
    let number = 0;
    const send = (type, fields) => sse(type, { sequence_number: number++, ...fields });
    const begun = { ...item, status: 'in_progress', ...(call ? { arguments: '' } : { content: [] }) };
    const head = [
      send('response.created', { response: { ...whole, status: 'in_progress', output: [], usage: null } }),
      send('response.output_item.added', { output_index: 0, item: begun }),
    ];
    const part = { ...at, content_index: 0 };
    let pieces;
    const tail = [];
    if (call) {
      pieces = [send('response.function_call_arguments.delta', { ...at, delta: item.arguments })];
      tail.push(send('response.function_call_arguments.done', { ...at, arguments: item.arguments }));
    } else {
      head.push(send('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } }));
      pieces = text.match(PIECE).map((delta) => send('response.output_text.delta', { ...part, delta }));
      tail.push(send('response.output_text.done', { ...part, text }), send('response.content_part.done', { ...part, part: item.content[0] }));
    }
    tail.push(send('response.output_item.done', { output_index: 0, item }), send('response.completed', { response: whole }));
    return [head, pieces, tail];
  },
};

const completions = {
  path: /^\/v1\/chat\/completions$/,
  read: (body) => ({
    conversation: JSON.stringify(body.messages),
    results: count(body.messages, ({ role }) => role === 'tool'),
    tools: (body.tools ?? []).map((tool) => tool.function.name),
  }),
  message: ({ call, text }) => ({
    role: 'assistant',
    content: call ? null : text,
    ...(call && { tool_calls: [{ id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }] }),
  }),
  usage: { prompt_tokens: USAGE[0], completion_tokens: USAGE[1], total_tokens: USAGE[0] + USAGE[1] },
  whole(answer, id) {
    const choices = [{ index: 0, message: this.message(answer), finish_reason: answer.call ? 'tool_calls' : 'stop' }];
    return { id: `c-${id}`, object: 'chat.completion', created: 1, model: answer.model, choices, usage: this.usage };
  },
  stream(answer, id) {
    const chunk = (choices, more) =>
      data({ id: `c-${id}`, object: 'chat.completion.chunk', created: 1, model: answer.model, choices, ...more });
    const choice = (delta, finish_reason = null) => chunk([{ index: 0, delta, finish_reason }]);
    const { call, text } = answer;
    const pieces = call
      ? [choice({ tool_calls: this.message(answer).tool_calls.map((each) => ({ index: 0, ...each })) })]
      : text.match(PIECE).map((content) => choice({ content }));
    return [
      [choice({ role: 'assistant', content: '' })],
      pieces,
      [choice({}, call ? 'tool_calls' : 'stop'), chunk([], { usage: this.usage }), 'data: [DONE]\n\n'],
    ];
  },
};

const messages = {
  path: /^\/v1\/messages(\?beta=true)?$/,
  read: (body) => ({
    conversation: JSON.stringify(body.messages),
    results: count(body.messages.flatMap(({ content }) => content), ({ type }) => type === 'tool_result'),
    tools: (body.tools ?? []).map(({ name }) => name),
  }),
  whole({ model, call, text }, id) {
    const content = [call ? { type: 'tool_use', id: call.id.replace('call', 'toolu'), name: call.name, input: call.input } : { type: 'text', text }];
    const usage = { input_tokens: USAGE[0], output_tokens: USAGE[1], cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    return { id: `msg_${id}`, type: 'message', role: 'assistant', model, content, stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null, usage };
  },
  stream(answer, id) {
    const whole = this.whole(answer, id);
    const [block] = whole.content;
    const { call, text } = answer;
    const delta = (fields) => sse('content_block_delta', { index: 0, delta: fields });
    return [
      [
        sse('message_start', { message: { ...whole, content: [], stop_reason: null, usage: { ...whole.usage, output_tokens: 1 } } }),
        sse('content_block_start', { index: 0, content_block: call ? { ...block, input: {} } : { type: 'text', text: '' } }),
      ],
      call
        ? [delta({ type: 'input_json_delta', partial_json: JSON.stringify(call.input) })]
        : text.match(PIECE).map((piece) => delta({ type: 'text_delta', text: piece })),
      [
        sse('content_block_stop', { index: 0 }),
        sse('message_delta', { delta: { stop_reason: whole.stop_reason, stop_sequence: null }, usage: { output_tokens: USAGE[1] } }),
        sse('message_stop', {}),
      ],
    ];
  },
};

const gemini = {
  path: /^\/v1(?:beta)?\/models\/([^/:?]+):(generateContent|streamGenerateContent)(\?alt=sse)?$/,
  read: (body) => ({
    conversation: JSON.stringify(body.contents),
    results: count(body.contents.flatMap(({ parts }) => parts), ({ functionResponse }) => functionResponse),
    tools: (body.tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? []).map(({ name }) => name),
  }),
  piece: (model, id, parts, finishReason) => ({
    candidates: [{ content: { parts, role: 'model' }, ...(finishReason && { finishReason }), index: 0 }],
    usageMetadata: { promptTokenCount: USAGE[0], candidatesTokenCount: USAGE[1], totalTokenCount: USAGE[0] + USAGE[1] },
    modelVersion: model,
    responseId: `r-${id}`,
  }),
  part: ({ call, text }) => (call ? { functionCall: { name: call.name, args: call.input, id: call.id } } : { text }),
  whole(answer, id) {
    return this.piece(answer.model, id, [this.part(answer)], 'STOP');
  },
  stream(answer, id) {
    const parts = answer.call ? [this.part(answer)] : answer.text.match(PIECE).map((text) => ({ text }));
    const pieces = parts.map((part) => data(this.piece(answer.model, id, [part])));
    return [[], pieces, [data(this.piece(answer.model, id, [{ text: '' }], 'STOP'))]];
  },
};

const apis = { responses, completions, messages, gemini };

// Starts the model on a port of the loopback. `calls` gives the tool calls of an edit: (directory, tools) => [[name, input]].
// `requests` of the result lists what arrived.
export async function startModel(port, stubUrl, calls = () => []) {
  const prose = async (words) => {
    const whole = await fetch(`${stubUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-stub': `prose=${words}` },
      body: JSON.stringify({ model: 'stub-1', messages: [{ role: 'user', content: 'Tell me about harbours' }] }),
    });
    return `${(await whole.json()).choices[0].message.content.trim()}\n\n${END}`;
  };
  const texts = { plain: await prose(600), long: await prose(6000) };
  const requests = [];

  async function answer(request, body, response) {
    const [api, match] = Object.values(apis)
      .map((each) => [each, each.path.exec(request.url)])
      .find(([, found]) => found) ?? [];
    requests.push({ method: request.method, path: request.url, headers: request.headers, body });
    if (!api || request.method !== 'POST') {
      response.writeHead(404, { 'content-type': 'application/json' });
      return response.end('{"error":{"message":"no such path"}}');
    }
    const asked = JSON.parse(body);
    const { conversation, results, tools } = api.read(asked);
    const directory = /Edit file\.txt in ([\w/.-]+)/.exec(conversation)?.[1];
    const edits = directory && tools.length ? calls(directory, tools) : [];
    const weather = /Weather/.test(conversation) && tools.length && results === 0;
    const [name, input] = edits[results] ?? (weather ? [tools[0], { place: 'Tromsø' }] : []);
    const id = requests.length;
    const given = {
      model: asked.model ?? match[1],
      ...(name ? { call: { name, input, id: `call_${id}` } } : { text: /At length/.test(conversation) ? texts.long : texts.plain }),
    };
    const streamed = asked.stream || match[2] === 'streamGenerateContent';
    const silence = /Take your time/.test(conversation) ? SILENCE : 0;
    if (!streamed) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(api.whole(given, id)));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const [head, pieces, tail] = api.stream(given, id);
    await sleep(silence);
    for (const event of head) response.write(event);
    for (const [i, event] of pieces.entries()) {
      if (silence && i === pieces.length >> 1) await sleep(silence);
      response.write(event);
    }
    response.end(tail.join(''));
  }

  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () =>
      answer(request, Buffer.concat(chunks).toString(), response).catch((failure) => {
        console.error(failure);
        response.destroy();
      }),
    );
  });
  await new Promise((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  return {
    texts,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

// Checks in the access log what the account of a model's requests sent: `path` only (and where limits are used up, Chat
// Completions), all served or refused by a limit (or Codex's try of
// WebSocket), and whether the served responses are marked, at least half of them.
export async function checkLog(file, name, path, marked) {
  const read = () => {
    const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const account = lines.find((line) => line['gen_ai.request.model'] === name)?.account;
    return lines.filter((line) => line.account === account && line['gen_ai.operation.name']);
  };
  const limited = (lines) => lines.filter((line) => path.test(line.path) && line.response_code_details === 'seconds');
  let lines = read();
  for (let i = 0; i < 100 && limited(lines).length === 0; i++) { // the log is written in the background
    await sleep(50);
    lines = read();
  }
  assert.ok(limited(lines).length > 0, 'no limit of seconds is in the log');
  for (const line of lines) {
    assert.ok(path.test(line.path) || line.path === '/v1/chat/completions', line.path);
    assert.match(`${line.outcome} ${line.response_code_details ?? ''}`, /^(served |rejected (seconds|hours|upgrade-refused))$/, JSON.stringify(line));
  }
  const served = lines.filter((line) => path.test(line.path) && line.outcome === 'served' && line['gen_ai.request.model'] === name);
  const share = served.filter((line) => line.marked).length / served.length;
  assert.ok(marked ? share >= 0.5 : share === 0, `${share} of ${served.length} responses are marked`);
}
