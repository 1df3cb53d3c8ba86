package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.chain.FilterSnapshot;
import java.util.List;
import java.util.Locale;

/** JSON page of the filters, one per line. */
final class FilterList {
    private FilterList() {}

    static String json(List<FilterSnapshot> filters) {
        StringBuilder out = new StringBuilder("[");
        for (FilterSnapshot filter : filters) {
            out.append(out.length() == 1 ? "\n" : ",\n")
                    .append("  {\"name\":\"")
                    .append(filter.name())
                    .append("\",\"type\":\"")
                    .append(filter.type())
                    .append("\",\"mode\":\"")
                    .append(lower(filter.mode()))
                    .append("\",\"onError\":\"")
                    .append(lower(filter.onError()))
                    .append("\",\"phases\":[");
            out.append(String.join(
                    ",", filter.phases().stream().map(p -> '"' + lower(p) + '"').toList()));
            out.append("],\"decisions\":{");
            out.append(String.join(
                    ",",
                    filter.counts().entrySet().stream()
                            .map(e -> '"' + lower(e.getKey()) + "\":" + e.getValue())
                            .toList()));
            out.append("},\"lastReject\":")
                    .append(
                            filter.lastReject() == null
                                    ? "null"
                                    : '"' + filter.lastReject().replaceAll("[^ -!#-\\[\\]-~]", "?") + '"')
                    .append('}');
        }
        return out.append("\n]\n").toString();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
