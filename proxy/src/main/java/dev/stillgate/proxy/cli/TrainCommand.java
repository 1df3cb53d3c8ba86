package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Training run for the JVM's ahead-of-time cache (JEP 514, JEP 515): a gateway with every filter serves requests of every
 * dialect. The launcher starts the JVM such that it writes the cache when this command ends.
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Make a cache with which the gateway starts faster.",
            "A gateway serves requests to itself on loopback ports for some seconds. The loaded classes and the hot methods",
            "are written to lib/stillgate.aot beside the jars, which must be writable. All commands use the cache, as long",
            "as the JVM, its options and the jars are the same. Exit 0 if all requests were served, else 1."
        })
final class TrainCommand implements Callable<Integer> {
    private static final int ACCOUNTS = 100;
    private static final String[] PATHS = {"/v1/messages", "/v1/chat/completions", "/v1/responses"};

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "6000",
            description = "the number of requests (default: ${DEFAULT-VALUE})")
    private int requests = 6000;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, ConfigException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        Path directory = Files.createTempDirectory("stillgate-train-");
        try (TrainingModel model = TrainingModel.start()) {
            fill(directory, "policy.yaml", model.url(), regions(System.getenv("STILLGATE_CONFIG_DIR")));
            fill(directory, "stillgate.yaml", "", "");
            Files.writeString(directory.resolve("canary-secret"), "a public secret for training runs\n");
            try (Gateway gateway =
                    Gateway.start(directory.resolve("stillgate.yaml"), Environment.system(), Ticker.system())) {
                String url =
                        "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
                int served = 0;
                for (int i = 0; i < requests; i++) {
                    served += ask(url, i) == 200 ? 1 : 0;
                }
                spec.commandLine().getOut().println(served + " of " + requests + " requests were served");
                return served == requests ? 0 : 1;
            }
        } finally {
            delete(directory);
        }
    }

    /** Returns the filter of regions; empty without a database, as in the released archive. */
    private static String regions(@Nullable String shipped) {
        Path countries = Path.of(shipped == null ? "" : shipped, "geo", "GeoLite2-Country.mmdb");
        return Files.exists(countries) ? """
                  - {name: regions, type: geo-restriction, config: {oldAfter: off, databases: {country: "%s"},
                     deny: {countries: [KP, IR, SY, CU]}}}
                """.formatted(countries.toAbsolutePath()) : "";
    }

    private static void fill(Path directory, String name, String model, String regions) throws IOException {
        try (InputStream in = TrainCommand.class.getResourceAsStream("train/" + name)) {
            if (in == null) {
                throw new IOException("the resource train/" + name + " is missing");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(
                    directory.resolve(name), text.replace("@MODEL@", model).replace("@REGIONS@", regions));
        }
    }

    /** Sends request {@code i} and reads the response; returns its status. */
    private static int ask(String url, int i) throws IOException {
        String path = PATHS[i % PATHS.length];
        boolean stream = i / PATHS.length % 2 == 0 && !path.endsWith("/responses");
        String prompt = "Please tell me about tower " + i + ", and how many people visit it each year.";
        String body = path.endsWith("/responses")
                ? "{\"model\":\"trained\",\"max_output_tokens\":100,\"input\":\"" + prompt + "\"}"
                : "{\"model\":\"trained\",\"max_tokens\":100,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url + path).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setReadTimeout(10_000);
        connection.setRequestProperty("content-type", "application/json");
        connection.setRequestProperty("authorization", "Bearer sk-train-" + i % ACCOUNTS);
        connection.setRequestProperty("x-forwarded-for", "8.8.4." + i % 200);
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        int status = connection.getResponseCode();
        if (status == 200) {
            connection.getInputStream().readAllBytes();
        }
        return status;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
