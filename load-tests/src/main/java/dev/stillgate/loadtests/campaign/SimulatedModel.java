package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.stub.StubModel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The upstream model of a simulation, which sends the generated response of each exchange. Later turns therefore contain
 * ids that the gateway has seen in responses, as in a log. All other requests get those of the stub model. Thread-safe.
 */
public final class SimulatedModel implements AutoCloseable {
    private static final int THREADS = 2;

    private final Map<String, LiveCall> expected = new ConcurrentHashMap<>();
    private final StubModel server;

    /**
     * Starts the server.
     *
     * @param port loopback port, 0 for a free one
     */
    public SimulatedModel(int port) {
        server = StubModel.start("127.0.0.1", port, THREADS, head -> {
            LiveCall call = expected.get(head.get(LiveCall.NUMBER, ""));
            return call == null
                    ? null
                    : new StubModel.Reply(call.status(), call.response().copy());
        });
    }

    public int port() {
        return server.port();
    }

    void expect(LiveCall call) {
        expected.put(Long.toString(call.number()), call);
    }

    void forget(LiveCall call) {
        expected.remove(Long.toString(call.number()));
    }

    @Override
    public void close() {
        server.close();
    }
}
