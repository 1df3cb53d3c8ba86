package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.loadtests.stub.StubStats;
import java.util.function.Predicate;

/** Where the SDKs send, and the stub model that stands at the end of it. */
interface Target extends AutoCloseable {

    /** The address without a path, to which OpenAI's SDK adds {@code /v1}. */
    String baseUrl();

    StubModel stub();

    @Override
    void close();

    /** Polls what the stub saw for at most two seconds, since the far end notices on its own thread. */
    default boolean eventually(Predicate<StubStats> condition) throws InterruptedException {
        long end = System.nanoTime() + 2_000_000_000L;
        while (!condition.test(stub().stats())) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /** The stub itself, with nothing between. */
    static Target direct() {
        StubModel stub = StubModel.start();
        return new Target() {
            @Override
            public String baseUrl() {
                return stub.baseUrl();
            }

            @Override
            public StubModel stub() {
                return stub;
            }

            @Override
            public void close() {
                stub.close();
            }
        };
    }
}
