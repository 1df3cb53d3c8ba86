package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.orders.Orders.OrdersUnavailableException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Handler of {@code /orders} and the paths below it. An order waits for the disk and the store, and for no other request. */
final class OrderRequests {
    static final String ROOT = "/orders";
    private static final String CLOCK = ROOT + "/clock/confirm";
    private static final Pattern ONE = Pattern.compile(ROOT + "/([0-9a-f]{32})(?:/(approve|withdraw))?");
    private static final Set<String> FILTERS = Set.of("limit", "before", "account", "cluster", "by", "since", "status");
    private static final int USUAL = 100;

    private final Operations operations;
    private final Resources resources;
    private final Auditor auditor;

    OrderRequests(Operations operations, Resources resources, Auditor auditor) {
        this.operations = operations;
        this.resources = resources;
        this.auditor = auditor;
    }

    void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Matcher one = ONE.matcher(path);
        boolean isOne = one.matches();
        boolean acts = path.equals(CLOCK) || (isOne && one.group(2) != null);
        if (!path.equals(ROOT) && !acts && !isOne) {
            Reply.error(404, "not known").send(exchange);
        } else if (!exchange.getRequestMethod().equals(acts ? "POST" : "GET")) {
            exchange.getResponseHeaders().set("Allow", acts ? "POST" : "GET");
            Reply.error(405, acts ? "only POST" : "only GET").send(exchange);
        } else if (acts) {
            Mutation mutation = new Mutation(exchange, auditor);
            mutation.respond(performed(mutation, exchange, isOne ? one : null));
        } else {
            shown(exchange.getRequestURI().getRawQuery(), isOne ? one.group(1) : null)
                    .send(exchange);
        }
    }

    private Reply shown(@Nullable String query, @Nullable String id) {
        OrderPages orders = operations.orders();
        try {
            if (id == null) {
                return json(200, orders.all(query(query)));
            }
            if (query != null && !query.equals("accounts=all")) {
                return Reply.error(400, "expected ?accounts=all");
            }
            Object order = orders.find(id, query != null);
            return order == null ? Reply.error(404, "not known") : json(200, order);
        } catch (PolicyException e) {
            return Reply.error(400, String.valueOf(e.getMessage()));
        }
    }

    private static Reply json(int status, Object page) {
        return Reply.json(status, JsonWriter.json(page) + "\n");
    }

    private Reply performed(Mutation mutation, HttpExchange exchange, @Nullable Matcher one) throws IOException {
        byte[] body = mutation.body();
        if (body == null) {
            return Reply.error(413, "the body is too large");
        }
        Reply refusal = mutation.refusal(body.length > 0);
        if (refusal != null || exchange.getRequestURI().getRawQuery() != null) {
            return refusal != null ? refusal : Reply.error(400, "expected no query");
        }
        try {
            Map<String, Object> arguments = mutation.signed(body.length == 0 ? Map.of() : resources.arguments(body));
            if (!Set.of("by", "why").containsAll(arguments.keySet())) {
                return Reply.error(400, "expected by and why only");
            }
            OrderPages orders = operations.orders();
            String by = OperationRequests.text(arguments, "by");
            String why = OperationRequests.text(arguments, "why");
            if (one == null) {
                return json(200, orders.confirmClock());
            }
            OrderPages.Given given = one.group(2).equals("approve")
                    ? orders.approve(one.group(1), by, why, mutation.role())
                    : orders.withdraw(one.group(1), by, why, mutation.role());
            if (given == null) {
                return Reply.error(404, "not known");
            }
            mutation.orders(List.of(given.id()));
            return json(given.isKnownToFleet() ? 200 : 202, given.page());
        } catch (RoleNeededException e) {
            return Permissions.refusal(e.needed(), mutation.operator());
        } catch (PolicyException e) {
            return Reply.error(400, String.valueOf(e.getMessage()));
        } catch (ConflictException e) {
            return Reply.error(409, String.valueOf(e.getMessage()));
        } catch (OrdersUnavailableException e) {
            return Reply.error(503, String.valueOf(e.getMessage()));
        }
    }

    /** @throws PolicyException names an invalid filter */
    static OrderPages.Query query(@Nullable String raw) {
        Map<String, String> given = new HashMap<>();
        for (String pair : raw == null ? List.<String>of() : List.of(raw.split("&", -1))) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!FILTERS.contains(name) || given.put(name, decoded(pair.substring(equals + 1))) != null) {
                throw new PolicyException(
                        name, "expected limit, before, account, cluster, by, since or status, each once");
            }
        }
        String limit = given.getOrDefault("limit", Integer.toString(USUAL));
        if (!limit.matches("[1-9]\\d{0,2}|" + OrderPages.MOST)) {
            throw new PolicyException("limit", "expected limit from 1 to " + OrderPages.MOST);
        }
        return new OrderPages.Query(
                Integer.parseInt(limit),
                given.get("before"),
                given.get("account"),
                given.get("cluster"),
                given.get("by"),
                since(given.get("since")),
                given.get("status"));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new PolicyException("", "the query has an invalid escape");
        }
    }

    private static @Nullable Long since(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            boolean isDay = text.matches("\\d{4}-\\d{2}-\\d{2}");
            return (isDay ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant() : Instant.parse(text))
                    .toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new PolicyException("since", "expected since as 2026-03-01 or 2026-03-01T09:30:00Z");
        }
    }
}
