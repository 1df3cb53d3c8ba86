package dev.stillgate.proxy.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The stub model of the load tests, running in a separate process. */
final class StubProcess implements AutoCloseable {
    private static final String MAIN = "dev.stillgate.loadtests.stub.StubModel";

    private final Process process;
    private final String url;

    private StubProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Starts the stub model on a free port.
     *
     * @throws IOException if it does not start
     */
    static StubProcess start(String classpath) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        classpath,
                        MAIN,
                        "--port",
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null || !line.contains("http://")) {
            process.destroy();
            throw new IOException("the stub model did not start: " + line);
        }
        return new StubProcess(process, line.substring(line.indexOf("http://")).strip());
    }

    String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
