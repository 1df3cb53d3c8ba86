package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonWriter;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the orders of operators that a running gateway knows. */
@Command(
        name = "orders",
        mixinStandardHelpOptions = true,
        description = {
            "List the orders of operators: who decided what, and why.",
            "With --json, all orders are printed with all their accounts, one JSON object per line."
        })
final class OrdersCommand implements Callable<Integer> {
    private static final int MOST = 1000;
    private static final List<String> HEAD =
            List.of("TIME", "STATUS", "ACTION", "SUBJECT", "ACCOUNTS", "BY", "UNTIL", "WHY");
    private static final int WIDEST = 60;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminQuery query = new AdminQuery();

    @Option(names = "--account", paramLabel = "ID", description = "orders that decide about this account")
    private @Nullable String account;

    @Option(names = "--cluster", paramLabel = "ID", description = "orders about this cluster")
    private @Nullable String cluster;

    @Option(names = "--by", paramLabel = "NAME", description = "orders of this operator")
    private @Nullable String by;

    @Option(names = "--since", paramLabel = "TIME", description = "orders since 2026-03-01 or 2026-03-01T09:30:00Z")
    private @Nullable String since;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "orders that are in-force, waiting, lapsed, replaced or ended")
    private @Nullable String status;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "the number of orders to show, 1 to " + MOST + " (default: 100; with --json: all)")
    private @Nullable Integer limit;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        if (limit != null && (limit < 1 || limit > MOST)) {
            throw new CommandLine.ParameterException(line(), "expected --limit from 1 to " + MOST);
        }
        return query.isJson() ? export() : table();
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        return spec.commandLine();
    }

    private String path(int most, @Nullable String before) {
        Map<String, @Nullable String> filters = new LinkedHashMap<>();
        filters.put("limit", Integer.toString(most));
        filters.put("before", before);
        filters.put("account", account);
        filters.put("cluster", cluster);
        filters.put("by", by);
        filters.put("since", since);
        filters.put("status", status);
        return filters.entrySet().stream()
                .filter(each -> each.getValue() != null)
                .map(each -> each.getKey() + "=" + AdminQuery.escaped(String.valueOf(each.getValue())))
                .collect(Collectors.joining("&", "/orders?", ""));
    }

    private AdminQuery.@Nullable Page page(String path) throws ConfigException, InterruptedException {
        return query.get(line(), path, "the gateway does not know the order, or is too old to list orders");
    }

    private static List<Map<?, ?>> orders(AdminQuery.Page page) {
        List<Map<?, ?>> orders = new ArrayList<>();
        if (page.fields().get("orders") instanceof Collection<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> order) {
                    orders.add(order);
                }
            }
        }
        return orders;
    }

    private int export() throws ConfigException, InterruptedException {
        PrintWriter out = line().getOut();
        int left = limit == null ? Integer.MAX_VALUE : limit;
        String before = null;
        while (left > 0) {
            AdminQuery.Page page = page(path(Math.min(MOST, left), before));
            if (page == null) {
                return 1;
            }
            List<Map<?, ?>> orders = orders(page);
            for (Map<?, ?> order : orders) {
                before = String.valueOf(order.get("id"));
                AdminQuery.Page whole = isWhole(order) ? null : page("/orders/" + before + "?accounts=all");
                if (whole == null && !isWhole(order)) {
                    return 1;
                }
                out.println(
                        whole == null ? JsonWriter.json(order) : whole.text().strip());
            }
            out.flush();
            left -= orders.size();
            if (orders.isEmpty() || !Boolean.TRUE.equals(page.fields().get("more"))) {
                break;
            }
        }
        return 0;
    }

    /** Returns whether an order on a page has all its accounts. */
    private static boolean isWhole(Map<?, ?> order) {
        return isWhole(order, "accounts") && isWhole(order, "except");
    }

    private static boolean isWhole(Map<?, ?> order, String name) {
        return !(order.get(name) instanceof Number count)
                || (order.get(name + "_ids") instanceof Collection<?> ids && ids.size() == count.intValue());
    }

    private int table() throws ConfigException, InterruptedException {
        AdminQuery.Page page = page(path(limit == null ? 100 : limit, null));
        if (page == null) {
            return 1;
        }
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        orders(page).forEach(order -> rows.add(row(order)));
        PrintWriter out = line().getOut();
        for (List<String> row : rows) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(0);
                text.append(row.get(i)).append(" ".repeat(width - row.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
        if (Boolean.TRUE.equals(page.fields().get("more"))) {
            out.println("There are more: --limit N, --since TIME, or --json for all.");
        }
        if (page.fields().get("unsent") instanceof Number unsent && unsent.longValue() > 0) {
            out.println(unsent + " of the known orders are only here; they are sent when the fleet's store is back.");
        }
        if (page.fields().get("newer") instanceof Collection<?> newer && !newer.isEmpty()) {
            out.println(newer.size() + " orders are of a newer version, and have no effect at this gateway.");
        }
        if (page.fields().get("clock") instanceof Map<?, ?> clock && Boolean.TRUE.equals(clock.get("held"))) {
            out.println("The clock is held: no order ends until it is confirmed.");
        }
        out.flush();
        return 0;
    }

    private static List<String> row(Map<?, ?> order) {
        String state = text(order, "status");
        if (state.equals("waiting") && order.get("asked") instanceof Collection<?> asked) {
            state = "waiting (" + asked.size() + " of " + order.get("needs") + ")";
        }
        if ("here".equals(order.get("reach"))) {
            state += ", only here";
        }
        return List.of(
                minute(text(order, "time")),
                state,
                text(order, "action"),
                text(order, "subject"),
                text(order, "accounts"),
                text(order, "by"),
                minute(text(order, "until")),
                text(order, "why"));
    }

    private static String minute(String time) {
        return time.length() > 16 ? time.substring(0, 16) + "Z" : time;
    }

    private static String text(Map<?, ?> order, String name) {
        Object value = order.get(name);
        String text = value == null ? "-" : Outline.safe(value.toString());
        return text.length() > WIDEST ? text.substring(0, WIDEST - 1) + "…" : text;
    }
}
