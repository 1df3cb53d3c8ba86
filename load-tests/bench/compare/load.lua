-- Sends POST /v1/messages with prompts of 1.2 kB from many accounts, each with its own public address.
-- Every request is formatted before the run, so that wrk only sends and reads.
-- Arguments: ACCOUNTS, then json | sse EVENTS PACE_MS. compare.sh reads the last line of the output.
local BODY_BYTES = 1200
-- First octets of networks outside the countries that the gateways deny.
local NETWORKS = { 3, 4, 12, 17, 18, 25, 34, 52, 53, 73, 98, 104, 126, 133 }
local accounts = 0
local requests = {}
local nextRequest = 0

function init(args)
    accounts = tonumber(args[1])
    local sse = args[2] == "sse"
    local stub = sse and ("events=" .. args[3] .. ",pace=" .. args[4]) or "fixed"
    local head = '{"model":"stub-1","max_tokens":100000,' .. (sse and '"stream":true,' or "")
        .. '"messages":[{"role":"user","content":"'
    local tail = '"}]}'
    for i = 0, accounts - 1 do
        local text = string.format("Question %04d. ", i)
        text = text .. string.rep("Why did the tide table and the pencil disagree? ", 40)
        local headers = {
            ["Host"] = wrk.headers["Host"],
            ["Accept"] = "application/json",
            ["Content-Type"] = "application/json",
            ["User-Agent"] = "side-by-side/1.0",
            ["anthropic-version"] = "2023-06-01",
            ["x-api-key"] = string.format("sk-bench-%06d-0123456789abcdef0123456789abcdef", i),
            ["X-Forwarded-For"] = string.format("%d.%d.%d.%d",
                NETWORKS[i % #NETWORKS + 1], (i * 37) % 256, (i * 101) % 256, 1 + i % 250),
            ["x-stub"] = stub,
        }
        local body = head .. string.sub(text, 1, BODY_BYTES - #head - #tail) .. tail
        requests[i] = wrk.format("POST", "/v1/messages", headers, body)
    end
end

function request()
    nextRequest = (nextRequest + 1) % accounts
    return requests[nextRequest]
end

function done(summary, latency, _)
    local e = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
