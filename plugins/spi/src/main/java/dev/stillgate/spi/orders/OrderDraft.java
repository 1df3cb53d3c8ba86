package dev.stillgate.spi.orders;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An order before it has an id, a rank and a time. The other components are those of {@link Order}. */
public record OrderDraft(
        @Nullable String by,
        @Nullable String why,
        String action,
        String subject,
        String slot,
        List<String> accounts,
        List<String> except,
        boolean withdraws,
        OrderEnd end,
        int needs,
        String agreement,
        Map<String, Object> details) {}
