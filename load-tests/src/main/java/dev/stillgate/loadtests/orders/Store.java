package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.fleet.StoreProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Commands to the fleet's store, sent by {@code valkey-cli}. */
final class Store {
    private static final String FIND = """
            local found = {}
            for _, key in ipairs(redis.call('KEYS', '*')) do
              local type = redis.call('TYPE', key).ok
              local values
              if type == 'hash' then values = redis.call('HGETALL', key)
              elseif type == 'stream' then values = redis.call('XRANGE', key, '-', '+')
              elseif type == 'zset' then values = redis.call('ZRANGE', key, 0, -1)
              elseif type == 'set' then values = redis.call('SMEMBERS', key)
              elseif type == 'list' then values = redis.call('LRANGE', key, 0, -1)
              else values = {redis.call('GET', key)} end
              local text = key .. ' ' .. cjson.encode(values)
              for _, wanted in ipairs(ARGV) do
                if string.find(text, wanted, 1, true) then found[#found + 1] = key .. ': ' .. wanted end
              end
            end
            return found
            """;

    private final StoreProcess process;

    Store(StoreProcess process) {
        this.process = process;
    }

    StoreProcess process() {
        return process;
    }

    /** Returns the keys that contain texts, each with the text. */
    List<String> find(List<String> texts) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("EVAL", FIND, "0"));
        command.addAll(texts);
        return send(command.toArray(String[]::new))
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** Sends a command and returns the reply. */
    String send(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("valkey-cli", "-p", "" + process.port()));
        line.addAll(List.of(command));
        Process client = new ProcessBuilder(line).redirectErrorStream(true).start();
        String reply = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        client.waitFor();
        if (reply.startsWith("ERR") || reply.startsWith("Could not")) {
            throw new IOException("the store says: " + reply.strip());
        }
        return reply;
    }
}
