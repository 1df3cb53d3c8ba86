-- Token limits by account inside nginx, as compare.sh's policy "tokens" states them: requests, input tokens and output tokens
-- of a minute, output tokens of a day. Input is estimated from the parsed body and output is reserved by max_tokens; the usage
-- of the response corrects both. nginx.conf of the same folder names the phases; the shared dictionary serves all workers.
local cjson = require "cjson.safe"
local ffi = require "ffi"

local BYTES_PER_TOKEN = 4
local DEFAULT_OUTPUT = 4096
-- Capacity and refill of a second; too high to refuse anything, as for the other gateways.
local CAPACITY = { 100000000, 1000000000, 1000000000, 1000000000 }
local REFILL = { CAPACITY[1] / 60, CAPACITY[2] / 60, CAPACITY[3] / 60, CAPACITY[4] / 86400 }

ffi.cdef "typedef struct { double tokens[4]; double at; } buckets_of_account;"
local buckets = ffi.new("buckets_of_account[1]")
local BYTES = ffi.sizeof("buckets_of_account")
local store = ngx.shared.buckets

local M = {}

-- Reads an account's buckets into the scratch record, refilled until now.
local function load(account)
    local record = store:get(account)
    local now = ngx.now()
    if not record then
        for i = 1, 4 do buckets[0].tokens[i - 1] = CAPACITY[i] end
    else
        ffi.copy(buckets, record, BYTES)
        local seconds = now - buckets[0].at
        for i = 1, 4 do
            buckets[0].tokens[i - 1] = math.min(CAPACITY[i], buckets[0].tokens[i - 1] + seconds * REFILL[i])
        end
    end
    buckets[0].at = now
end

-- Takes the amounts from the account's buckets; takes nothing and returns false if one of them lacks tokens.
local function take(account, requests, input, output, forced)
    load(account)
    local tokens = buckets[0].tokens
    if not forced and (tokens[0] < requests or tokens[1] < input or tokens[2] < output or tokens[3] < output) then
        return false
    end
    tokens[0], tokens[1] = tokens[0] - requests, tokens[1] - input
    tokens[2], tokens[3] = tokens[2] - output, tokens[3] - output
    return store:set(account, ffi.string(buckets, BYTES))
end

local function text_bytes(content)
    if type(content) == "string" then return #content end
    local sum = 0
    for _, block in ipairs(type(content) == "table" and content or {}) do
        if type(block) == "table" and type(block.text) == "string" then sum = sum + #block.text end
    end
    return sum
end

local function refuse(status, kind, message)
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    ngx.say(cjson.encode({ type = "error", error = { type = kind, message = message } }))
    return ngx.exit(status)
end

-- The body as text; bodies above client_body_buffer_size lie in a file.
local function body()
    ngx.req.read_body()
    local data = ngx.req.get_body_data()
    local path = not data and ngx.req.get_body_file()
    if not path then return data or "" end
    local file = assert(io.open(path, "rb"))
    data = file:read("*a")
    file:close()
    return data
end

function M.admit()
    local request = cjson.decode(body())
    if type(request) ~= "table" or type(request.messages) ~= "table" then
        return refuse(400, "invalid_request_error", "the body is not a valid request")
    end
    local bytes = text_bytes(request.system)
    for _, message in ipairs(request.messages) do bytes = bytes + text_bytes(message.content) end
    local ctx = ngx.ctx
    ctx.account = ngx.var.http_x_api_key or ""
    ctx.input = math.ceil(bytes / BYTES_PER_TOKEN)
    ctx.output = tonumber(request.max_tokens) or DEFAULT_OUTPUT
    ctx.stream = request.stream == true
    if not take(ctx.account, 1, ctx.input, ctx.output, false) then
        return refuse(429, "rate_limit_error", "a limit of the account is reached")
    end
    ctx.reserved = true
end

local function count(usage)
    local ctx = ngx.ctx
    if type(usage) ~= "table" then return end
    ctx.used_input = tonumber(usage.input_tokens) or ctx.used_input
    ctx.used_output = tonumber(usage.output_tokens) or ctx.used_output
end

-- Reads the lines of a stream that name usage; all other lines stay unparsed.
local function read_events(chunk)
    local ctx = ngx.ctx
    local text = ctx.rest and ctx.rest .. chunk or chunk
    local from = 1
    while true do
        local to = string.find(text, "\n", from, true)
        if not to then break end
        local line = string.sub(text, from, to - 1)
        if string.find(line, '"usage"', 1, true) and string.sub(line, 1, 5) == "data:" then
            local event = cjson.decode(string.sub(line, 6))
            if event then count(event.usage or (event.message and event.message.usage)) end
        end
        from = to + 1
    end
    ctx.rest = from <= #text and string.sub(text, from) or nil
end

function M.read()
    local ctx, chunk, last = ngx.ctx, ngx.arg[1], ngx.arg[2]
    if not ctx.reserved then return end
    if ctx.stream then
        if chunk ~= "" then read_events(chunk) end
    else
        ctx.parts = ctx.parts or {}
        ctx.parts[#ctx.parts + 1] = chunk
    end
    if not last then return end
    if not ctx.stream then
        local response = cjson.decode(table.concat(ctx.parts))
        if response then count(response.usage) end
    end
    ngx.var.input_tokens = ctx.used_input or "-"
    ngx.var.output_tokens = ctx.used_output or "-"
end

-- Corrects the reservation by what was used; a response without usage keeps it.
function M.settle()
    local ctx = ngx.ctx
    if not ctx.reserved then return end
    take(ctx.account, 0, (ctx.used_input or ctx.input) - ctx.input, (ctx.used_output or ctx.output) - ctx.output, true)
end

return M
