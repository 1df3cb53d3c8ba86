package dev.stillgate.proxy.validate;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.gateway.Preflight;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Directory of a test with a {@code stillgate.yaml}, and the problems that {@code validate} and a start find in it. Texts
 * of problems lack the directory.
 */
record ConfigDirectory(Path directory) {
    Path path(String name) {
        return directory.resolve(name);
    }

    void write(String name, String text) throws IOException {
        Files.writeString(path(name), text);
    }

    /** Copies a file of the TLS test resources. */
    void copy(String resource, String name) throws IOException {
        try (InputStream in = ConfigDirectory.class.getResourceAsStream("/tls/" + resource)) {
            Files.copy(in, path(name));
        }
    }

    List<String> errors() {
        return texts(validate().errors());
    }

    List<String> warnings() {
        return texts(validate().warnings());
    }

    /** Returns the warnings of the checks before a start at a given time. */
    List<String> warningsAt(String now) {
        try {
            PolicyLoader.LocatedConfig located = new PolicyLoader(name -> null).located(path("stillgate.yaml"));
            return texts(Preflight.of(located.config(), located.root(), Instant.parse(now))
                    .warnings());
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a gateway and returns the errors that prevent the start. */
    List<String> startErrors() {
        try {
            Gateway.start(path("stillgate.yaml"), name -> null, Ticker.system()).close();
            return List.of();
        } catch (ConfigException e) {
            return texts(e.problems());
        }
    }

    private Validation.Result validate() {
        return Validation.of(path("stillgate.yaml"), name -> null);
    }

    private List<String> texts(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.toString().replace(directory + "/", ""))
                .toList();
    }
}
