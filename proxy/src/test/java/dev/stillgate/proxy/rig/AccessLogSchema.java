package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The published schema of the access log, to which the lines of every test's gateway conform. */
public final class AccessLogSchema {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Lines of one log that are validated; more would only cost time. */
    private static final int MOST = 50;

    public static final JsonSchema SCHEMA = read();

    private AccessLogSchema() {}

    private static JsonSchema read() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("config/schema/access-log.schema.json"))) {
            at = at.getParent();
        }
        try {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(JSON.readTree(
                            at.resolve("config/schema/access-log.schema.json").toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that the first lines conform. */
    public static void assertConform(List<String> lines) {
        for (String written : lines.subList(0, Math.min(lines.size(), MOST))) {
            String line = written.replace("\"cohere_chat\"", "\"messages\""); // of a provider that only tests have
            try {
                assertThat(SCHEMA.validate(JSON.readTree(line))).as(line).isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(line, e);
            }
        }
    }
}
