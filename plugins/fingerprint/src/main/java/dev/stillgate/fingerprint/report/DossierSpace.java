package dev.stillgate.fingerprint.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Space for the rows of a dossier that name an account, in bytes of JSON. Not thread-safe. */
final class DossierSpace {
    private static final int BYTES = 1_600_000;

    private int left = BYTES;

    /** Returns as many of the first rows as fit. */
    List<Map<String, Object>> fitting(List<Map<String, Object>> rows) {
        List<Map<String, Object>> fitting = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            left -= bytes((Object) row);
            if (left < 0) {
                break;
            }
            fitting.add(row);
        }
        return fitting;
    }

    /** Returns the bytes of a value as JSON, with a comma after it, at most. */
    private static int bytes(@Nullable Object value) {
        int bytes = 3;
        switch (value) {
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    bytes += bytes(String.valueOf(entry.getKey())) + 3 + bytes(entry.getValue());
                }
            }
            case Collection<?> list -> {
                for (Object each : list) {
                    bytes += bytes(each);
                }
            }
            case null, default -> bytes += bytes(String.valueOf(value));
        }
        return bytes;
    }

    /** Returns the bytes of a text as JSON in UTF-8, at most. */
    private static int bytes(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isPlain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
            bytes += isPlain ? 1 : 6;
        }
        return bytes;
    }
}
