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
 * Descriptions of meters, from {@code meters.properties}, for meters created by name alone. Unlisted meters, such as
 * those of external plugins, get a generic description. Thread-safe.
 */
public final class MeterHelp implements MeterFilter {
    /** The description of an unlisted meter. */
    static final String UNLISTED = "Not described; see the documentation of the filter that defines it";

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
