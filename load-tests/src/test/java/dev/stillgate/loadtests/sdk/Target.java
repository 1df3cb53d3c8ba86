package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.loadtests.stub.StubStats;
import java.util.function.Predicate;

/** The server that the SDKs use, and the stub model behind it. */
interface Target extends AutoCloseable {

    /** Returns the base URL without a path; OpenAI's SDK needs {@code /v1} appended. */
    String baseUrl();

    StubModel stub();

    @Override
    void close();

    /** Polls a condition of the stub, which has its own thread, for at most half a minute. */
    default boolean eventually(Predicate<StubStats> condition) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.test(stub().stats())) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /** The stub without a gateway. */
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
