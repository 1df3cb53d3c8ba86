package dev.stillgate.loadtests.campaign.wire;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tools as they are offered, written once for each API. */
public final class ToolSet {
    /** No tools. */
    public static final ToolSet NONE = new ToolSet(List.of());

    private final List<Tool> tools;
    private final Map<Wire, byte[]> written = new ConcurrentHashMap<>();

    /** Makes a set. */
    public ToolSet(List<Tool> tools) {
        this.tools = List.copyOf(tools);
    }

    /** Returns the tools. */
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
