package dev.stillgate.testkit;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Header fields of a list.
 *
 * @param fields the fields, in the order received
 */
public record FakeHeaders(List<Header> fields) implements Headers {
    public FakeHeaders {
        fields = List.copyOf(fields);
    }

    @Override
    public @Nullable String first(String name) {
        for (Header field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return field.value();
            }
        }
        return null;
    }

    @Override
    public void forEach(BiConsumer<String, String> consumer) {
        fields.forEach(field -> consumer.accept(field.name(), field.value()));
    }

    @Override
    public int size() {
        return fields.size();
    }
}
