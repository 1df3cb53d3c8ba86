package dev.stillgate.proxy.whatif;

import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The outcomes of two backtests side by side. */
final class OutcomeTable {
    private static final int LONGEST = 1 << 20;

    private OutcomeTable() {}

    /**
     * Reads a report.
     *
     * @throws IOException if it is not the JSON of a report
     */
    static Map<?, ?> read(Path report) throws IOException {
        try {
            if (Files.size(report) > LONGEST) {
                throw new IOException("the report is larger than " + LONGEST + " bytes");
            }
            if (JsonValues.read(Files.readAllBytes(report)) instanceof Map<?, ?> fields) {
                return fields;
            }
        } catch (MalformedBody e) {
            throw new IOException("the report is not JSON: " + e.getMessage(), e);
        }
        throw new IOException("the report is not an object");
    }

    /**
     * Returns one row an outcome: exchanges under the policy in force, under the candidate, and the difference.
     * Refusals are listed by reason code, accounts by their last standing.
     */
    static List<Map<String, Object>> of(Map<?, ?> inForce, Map<?, ?> candidate) {
        Map<String, Long> before = counts(inForce);
        Map<String, Long> after = counts(candidate);
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String name : List.of("exchanges", "not refused", "refused", "clusters")) {
            rows.add(row(name, before, after));
            names.remove(name);
        }
        names.forEach(name -> rows.add(row(name, before, after)));
        return rows;
    }

    private static Map<String, Object> row(String name, Map<String, Long> before, Map<String, Long> after) {
        long first = before.getOrDefault(name, 0L);
        long second = after.getOrDefault(name, 0L);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("outcome", name);
        row.put("inForce", first);
        row.put("candidate", second);
        row.put("difference", second - first);
        return row;
    }

    private static Map<String, Long> counts(Map<?, ?> report) {
        Map<String, Long> counts = new TreeMap<>();
        long exchanges = number(report.get("exchanges"));
        long refused = 0;
        if (report.get("codes") instanceof Map<?, ?> codes) {
            for (Map.Entry<?, ?> code : codes.entrySet()) {
                refused += number(code.getValue());
                counts.put("refused: " + code.getKey(), number(code.getValue()));
            }
        }
        counts.put("exchanges", exchanges);
        counts.put("refused", refused);
        long unjudged = number(report.get("unjudged"));
        counts.put("not refused", exchanges - refused - unjudged);
        if (unjudged > 0) {
            counts.put("not judged: no body on record", unjudged);
        }
        if (number(report.get("broken")) > 0) {
            counts.put("lines that were skipped", number(report.get("broken")));
        }
        counts.put("clusters", number(report.get("clusterCount")));
        if (report.get("accountsByStanding") instanceof Map<?, ?> accounts) {
            accounts.forEach((standing, count) -> counts.put("accounts " + standing, number(count)));
        }
        return counts;
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
