package dev.stillgate.loadtests.campaign.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text resources without comments and blank lines. */
public final class Resource {
    private Resource() {}

    /** Returns the lines of a resource of the simulator. */
    public static List<String> lines(String name) {
        try (InputStream in = Resource.class.getResourceAsStream("/dev/stillgate/loadtests/campaign/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#: "))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
