package dev.stillgate.proxy.observe;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;

/**
 * The descriptions of meters that have none of their own, read from {@code meters.properties}: filters count by name alone.
 * A meter that is not listed, such as one of a plugin from outside, is described as such. Thread-safe.
 */
public final class MeterHelp implements MeterFilter {
    /** The description of a meter that is not listed. */
    static final String UNLISTED = "Not described; see the documentation of the filter that has it";

    private final Properties descriptions = new Properties();

    /** Reads the descriptions. */
    public MeterHelp() {
        try (InputStream in = Objects.requireNonNull(MeterHelp.class.getResourceAsStream("meters.properties"));
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            descriptions.load(text);
        } catch (IOException e) {
            throw new UncheckedIOException("meters.properties cannot be read", e);
        }
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String own = id.getDescription();
        if (own != null && !own.isBlank()) {
            return id;
        }
        String description = descriptions.getProperty(id.getName(), UNLISTED);
        return new Meter.Id(id.getName(), Tags.of(id.getTags()), id.getBaseUnit(), description, id.getType());
    }
}
