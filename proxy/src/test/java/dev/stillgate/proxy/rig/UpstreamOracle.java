package dev.stillgate.proxy.rig;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Strict upstream that responds to every request with 200 and records each violation of {@link StrictRequest}. Stores
 * no bytes, so it can watch any number of requests.
 */
public final class UpstreamOracle implements AutoCloseable {
    private final AtomicInteger whole = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final UpstreamScript script;

    public UpstreamOracle() {
        script = UpstreamScript.of(c -> {
            try {
                while (true) {
                    String line = StrictRequest.read(c.in());
                    lines.add(line);
                    whole.incrementAndGet();
                    c.send(UpstreamScript.JSON_ANSWER);
                }
            } catch (StrictRequest.Ended end) {
                c.close();
            } catch (StrictRequest.Violation e) {
                violations.add(e.getMessage());
                c.close();
            }
        });
    }

    public UpstreamScript script() {
        return script;
    }

    /** Returns the number of complete requests received so far. */
    public int whole() {
        return whole.get();
    }

    public List<String> violations() {
        return violations;
    }

    /** Returns the request lines received since the last call. */
    public List<String> takeLines() {
        List<String> taken = new ArrayList<>(lines);
        lines.clear();
        return taken;
    }

    @Override
    public void close() {
        script.close();
    }
}
