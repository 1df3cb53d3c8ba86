package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Demo: a stub model, a gateway in front of it with the shipped configuration, and commands to try. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Start a stub model and a gateway in front of it.",
            "The gateway has the shipped configuration and real GeoLite2 databases. Commands to try are printed, and both",
            "keep running. With --once: run a short tour, print it, exit 0 or 1."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int PORT = 8080;
    private static final int ADMIN_PORT = 9090;

    @Option(names = "--once", description = "run a short tour and exit")
    private boolean once;

    @Override
    public Integer call() throws IOException, InterruptedException, ConfigException {
        String classpath = System.getenv("STILLGATE_STUB_CLASSPATH");
        String shipped = System.getenv("STILLGATE_CONFIG_DIR");
        if (classpath == null || shipped == null) {
            System.err.println("stillgate: the demo runs from a source tree, as proxy/bin/stillgate demo");
            return 1;
        }
        try (StubProcess stub = StubProcess.start(classpath);
                DemoFiles files = DemoFiles.copy(
                        Path.of(shipped), stub.url(), once ? 0 : free(PORT), once ? 0 : free(ADMIN_PORT));
                Gateway gateway = Gateway.start(files.config(), environment(), Ticker.system())) {
            String url = "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
            String admin = "http://127.0.0.1:" + gateway.adminAddress().getPort();
            if (once) {
                return new DemoTour(url, admin, files.accessLog()).run(System.out) ? 0 : 1;
            }
            System.out.print(commandsToTry(url, admin, files));
            return Signals.serve(gateway, Duration.ZERO, Duration.ofSeconds(10));
        }
    }

    /** Returns the port if it is free, else 0 for any port. */
    private static int free(int port) {
        try (java.net.ServerSocket probe = new java.net.ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port));
            return port;
        } catch (IOException taken) {
            return 0;
        }
    }

    /**
     * Returns the environment with a default hashing secret. It is public, since the demo's keys are not secret either.
     */
    private static Environment environment() {
        return name -> {
            String set = System.getenv(name);
            return set == null && name.equals("STILLGATE_HASH_SECRET") ? "a public secret for the demo" : set;
        };
    }

    private static String commandsToTry(String url, String admin, DemoFiles files) {
        return """

                Stillgate runs in front of a stub model. Try:

                an answer, and a stream (either API; any key that does not begin with "invalid"):
                  curl %1$s/v1/messages -H 'x-api-key: demo' -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}'
                  curl -N %1$s/v1/chat/completions -H 'authorization: Bearer demo' -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

                a refused region (the demo trusts one proxy to name the client's address):
                  curl -i %1$s/v1/messages -H 'x-api-key: demo' -H 'x-forwarded-for: 175.45.176.1' \\
                    -H 'content-type: application/json' -d '{}'

                a rate limit (50 requests a minute for each account):
                  for i in $(seq 60); do curl -s -o /dev/null -w '%%{http_code} ' %1$s/v1/messages -H 'x-api-key: busy' \\
                    -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","max_tokens":1,"messages":[{"role":"user","content":"Hello"}]}'; done

                its decisions and metrics:
                  tail -f %3$s
                  curl %2$s/filters
                  curl %2$s/metrics

                a change of policy while it runs:
                  edit %4$s
                  curl -X POST %2$s/reload

                Ctrl-C stops it.
                """.formatted(url, admin, files.accessLog(), files.policy());
    }
}
