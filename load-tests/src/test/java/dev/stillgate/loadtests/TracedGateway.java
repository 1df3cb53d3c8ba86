package dev.stillgate.loadtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway in a process of its own under {@code strace}, without io_uring, whose system calls strace cannot see. */
record TracedGateway(Process strace, int port, int adminPort) implements AutoCloseable {
    private static final Pattern LISTENING =
            Pattern.compile("listening on \\[/127\\.0\\.0\\.1:(\\d+)].*admin on [^;]*127\\.0\\.0\\.1:(\\d+)");

    /** Returns whether strace is installed and permitted. */
    static boolean canTrace() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("strace", "-o", "/dev/null", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /**
     * Starts a gateway, and returns when it listens.
     *
     * @param output file of its standard output and error
     * @param options of strace
     */
    static TracedGateway start(GatewayFiles files, Path output, String... options)
            throws IOException, InterruptedException {
        String config = Files.readString(files.config());
        if (!config.contains("transport:")) {
            Files.writeString(files.config(), config + "transport: epoll\nthreads: 2\n");
        }
        List<String> command = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.stillgate.proxy.cli.Main",
                "run",
                "--config",
                files.config().toString(),
                "--drain-seconds",
                "1"));
        Process strace = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (strace.isAlive() && System.nanoTime() < end) {
            Matcher matcher = LISTENING.matcher(Files.readString(output));
            if (matcher.find()) {
                return new TracedGateway(
                        strace, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            }
            Thread.sleep(50);
        }
        stop(strace);
        throw new IOException("the gateway did not start: " + Files.readString(output));
    }

    /** Stops the gateway, which flushes its log, and strace. */
    @Override
    public void close() {
        stop(strace);
    }

    private static void stop(Process strace) {
        strace.children().forEach(ProcessHandle::destroy);
        try {
            if (strace.waitFor(20, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        strace.descendants().forEach(ProcessHandle::destroyForcibly);
        strace.destroyForcibly();
    }
}
