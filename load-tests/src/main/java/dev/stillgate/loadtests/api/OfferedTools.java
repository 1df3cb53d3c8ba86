package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tool definitions of a client, formatted once for each API. Thread-safe. */
public final class OfferedTools {
    public static final OfferedTools NONE = new OfferedTools(List.of());

    private final List<Tool> tools;
    private final Map<Wire, byte[]> written = new ConcurrentHashMap<>();

    public OfferedTools(List<Tool> tools) {
        this.tools = List.copyOf(tools);
    }

    public List<Tool> tools() {
        return tools;
    }

    byte[] written(Wire wire) {
        return written.computeIfAbsent(wire, this::write);
    }

    private byte[] write(Wire wire) {
        if (tools.isEmpty()) {
            return new byte[0];
        }
        JsonBuffer out = new JsonBuffer(2048).raw(",\"tools\":[");
        for (int i = 0; i < tools.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            wire.tool(out, tools.get(i));
        }
        return out.raw("]").copy();
    }
}
