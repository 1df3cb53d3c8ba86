package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Waits for processes, at most a minute. */
final class Await {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Await() {}

    interface Condition {
        boolean holds() throws IOException;
    }

    static void until(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TIMEOUT_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException("timeout: " + what);
            }
            Thread.sleep(50);
        }
    }

    /** Stops a process with SIGTERM, then with SIGKILL. */
    static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
