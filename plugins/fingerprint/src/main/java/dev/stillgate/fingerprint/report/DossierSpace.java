package dev.stillgate.fingerprint.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Space for the rows of a dossier that name an account, in bytes of JSON. Not thread-safe. */
final class DossierSpace {
    private static final int BYTES = 1_600_000;

    /** Bytes of a row of the members without the account's id. */
    private static final int ROW = 115;

    /** Bytes of a number in a list of a row, and of an object in one. */
    private static final int NUMBER = 10;

    private static final int OBJECT = 120;

    private int left = BYTES;

    /** Returns as many of the first rows as fit. */
    List<Map<String, Object>> fitting(List<Map<String, Object>> rows, String id) {
        List<Map<String, Object>> fitting = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            int nested = 0;
            for (Object value : row.values()) {
                if (value instanceof List<?> list && !list.isEmpty()) {
                    nested += list.size() * (list.getFirst() instanceof Number ? NUMBER : OBJECT);
                }
            }
            left -= ROW + nested + bytes(String.valueOf(row.get(id)));
            if (left < 0) {
                break;
            }
            fitting.add(row);
        }
        return fitting;
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
