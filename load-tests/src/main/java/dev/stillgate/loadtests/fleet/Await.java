package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Waits for processes, at most three minutes. */
public final class Await {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(180);

    private Await() {}

    /** A condition that is polled. */
    public interface Condition {
        boolean holds() throws IOException;
    }

    public static void until(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TIMEOUT_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException("timeout: " + what);
            }
            Thread.sleep(50);
        }
    }

    /** Sends a signal to a process. */
    static void signal(Process process, String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", name, "" + process.pid()).start().waitFor();
        if (code != 0) {
            throw new IOException("kill " + name + " exits with " + code);
        }
    }

    /** Stops a process with SIGTERM, then with SIGKILL. */
    public static void stop(Process process) {
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
