package dev.stillgate.proxy.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Text of the review queue: one table for each filter, with the most suspicious first. */
final class ReviewTable {
    private static final List<String> HEAD = List.of(
            "ID", "KIND", "SIZE", "UNLABELLED", "REVISION", "EVIDENCE", "STANDING", "IF CONFIRMED", "SINCE", "WHY");
    private static final List<String> FIELDS =
            List.of("id", "kind", "size", "unlabelled", "revision", "evidence", "standing", "ifConfirmed", "since");

    private final StringBuilder out = new StringBuilder();

    private ReviewTable() {}

    static String of(Map<?, ?> page) {
        ReviewTable queue = new ReviewTable();
        if (page.get("filters") instanceof Map<?, ?> filters) {
            filters.forEach((filter, part) -> queue.part(Outline.safe(String.valueOf(filter)), part));
        }
        return queue.out.toString();
    }

    private void part(String filter, Object part) {
        if (!(part instanceof Map<?, ?> fields) || !(fields.get("items") instanceof Collection<?> items)) {
            out.append(Outline.of(Map.of(filter, part)));
        } else if (items.isEmpty()) {
            out.append(filter).append(": nothing to review\n");
        } else {
            out.append(filter).append(": ").append(items.size());
            out.append(" of ").append(cell(fields.get("size"))).append(", most suspicious first\n");
            table(items);
        }
        if (part instanceof Map<?, ?> fields
                && fields.get("hidden") instanceof Collection<?> hidden
                && !hidden.isEmpty()) {
            out.append("  hidden: ").append(hidden.size()).append("; --json shows them\n");
        }
    }

    private void table(Collection<?> items) {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        List<String> pending = new ArrayList<>(List.of(""));
        for (Object item : items) {
            if (item instanceof Map<?, ?> fields) {
                rows.add(row(fields));
                pending.add(pending(fields));
            }
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length - 1; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            line(rows.get(i), widths);
            out.append(pending.get(i));
        }
    }

    private void line(List<String> row, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(Math.max(0, widths[i] - row.get(i).length()));
            boolean toTheRight = i >= 2 && i <= 5;
            out.append("  ").append(toTheRight ? space + row.get(i) : row.get(i) + space);
        }
        out.append('\n');
    }

    private static List<String> row(Map<?, ?> item) {
        List<String> row = new ArrayList<>();
        FIELDS.forEach(field -> row.add(cell(item.get(field))));
        row.add(why(item));
        return row;
    }

    private static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "-";
            case Double number -> String.format(Locale.ROOT, "%.1f", number);
            default -> Outline.safe(value.toString());
        };
    }

    /** Returns the links with their kinds, and the reasons that are not links. */
    private static String why(Map<?, ?> item) {
        List<String> why = new ArrayList<>();
        TreeSet<String> named = new TreeSet<>();
        if (item.get("links") instanceof Collection<?> links) {
            for (Object link : links) {
                if (link instanceof Map<?, ?> fields) {
                    named.add(cell(fields.get("name")));
                    why.add(cell(fields.get("name")) + " (" + cell(fields.get("kind")) + ")");
                }
            }
        }
        if (item.get("reasons") instanceof Collection<?> reasons) {
            reasons.stream().map(ReviewTable::cell).filter(named::add).forEach(why::add);
        }
        return why.isEmpty() ? "-" : String.join(", ", why);
    }

    /** Returns the line about a decision that waits for further approvals, empty if there is none. */
    private static String pending(Map<?, ?> item) {
        return item.get("pending") instanceof Map<?, ?> waiting
                ? "    waiting with " + cell(waiting.get("approvals")) + " of " + cell(waiting.get("needed"))
                        + " approvals: " + cell(waiting.get("what")) + " by " + cell(waiting.get("by")) + ": "
                        + cell(waiting.get("why")) + "\n"
                : "";
    }
}
