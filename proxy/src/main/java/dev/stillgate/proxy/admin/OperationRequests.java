package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Handlers of operations on the gateway as a whole, and of the pages of policies. */
final class OperationRequests {
    private static final Pattern POLICY = Pattern.compile("/policies/([1-9][0-9]{0,17})");
    private static final Pattern BACKTEST = Pattern.compile("/backtests/([1-9][0-9]{0,17})(/cancel)?");
    private static final Pattern FORCE = Pattern.compile("force=(true)");
    private static final Pattern TO = Pattern.compile("to=([1-9][0-9]{0,17})");
    private static final int LONGEST = 500;
    private static final int LONGEST_POLICY = 2 << 20;

    private final Operations operations;
    private final Resources resources;
    private final Auditor auditor;
    private final Lock lock;

    /** @param lock held during an operation */
    OperationRequests(Operations operations, Resources resources, Auditor auditor, Lock lock) {
        this.operations = operations;
        this.resources = resources;
        this.auditor = auditor;
        this.lock = lock;
    }

    /**
     * A request for an operation.
     *
     * @param query the value of the query, null without one
     * @param by who asks for it; null if unknown
     * @param why the reason; null for none
     */
    record Asked(
            @Nullable String query,
            @Nullable String by,
            @Nullable String why) {}

    /** Returns the handler of a reload: {@code force=true} and a body with {@code by} and {@code why} are optional. */
    HttpHandler reload() {
        return handler("force=true", FORCE, true, asked -> operations.reload(asked.query != null, asked.by, asked.why));
    }

    /** Returns the handler of a rollback: {@code to=N} and a body with {@code by} and {@code why} are optional. */
    HttpHandler rollback() {
        return handler(
                "to=GENERATION",
                TO,
                true,
                asked -> operations.rollback(
                        asked.query == null ? null : Long.valueOf(asked.query), asked.by, asked.why));
    }

    /** Returns the handler of a drain, without query and body. */
    HttpHandler drain() {
        return handler("", null, false, asked -> operations.drain());
    }

    private HttpHandler handler(
            String form, @Nullable Pattern knownQuery, boolean takesBody, Function<Asked, Operations.Done> perform) {
        return exchange -> {
            Mutation mutation = new Mutation(exchange, auditor);
            String query = exchange.getRequestURI().getRawQuery();
            Matcher known = query == null || knownQuery == null ? null : knownQuery.matcher(query);
            if (query != null && (known == null || !known.matches())) {
                mutation.respond(Reply.error(400, known == null ? "expected no query" : "expected ?" + form));
            } else {
                mutation.respond(reply(mutation, known == null ? null : known.group(1), takesBody, perform));
            }
        };
    }

    private Reply reply(
            Mutation mutation, @Nullable String query, boolean takesBody, Function<Asked, Operations.Done> perform)
            throws IOException {
        byte[] body = mutation.body();
        if (body == null) {
            return Reply.error(413, "the body is too large");
        }
        if (body.length > 0 && !takesBody) {
            return Reply.error(400, "expected no body");
        }
        Reply refusal = mutation.refusal(body.length > 0);
        if (refusal != null) {
            return refusal;
        }
        try {
            Map<String, Object> given = body.length == 0 ? Map.of() : resources.arguments(body);
            Map<String, Object> arguments = mutation.signed(given);
            Asked asked = new Asked(query, text(arguments, "by"), text(arguments, "why"));
            if (arguments.keySet().stream().anyMatch(key -> !key.equals("by") && !key.equals("why"))) {
                return Reply.error(400, "expected by and why only");
            }
            Operations.Done done = serially(perform, asked);
            return Reply.text(done.result().status(), done.text() + "\n");
        } catch (PolicyException e) {
            return Reply.error(400, String.valueOf(e.getMessage()));
        }
    }

    private Operations.Done serially(Function<Asked, Operations.Done> perform, Asked asked) {
        lock.lock();
        try {
            return perform.apply(asked);
        } finally {
            lock.unlock();
        }
    }

    static @Nullable String text(Map<String, Object> arguments, String name) {
        Object value = arguments.get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text) || text.isBlank() || text.length() > LONGEST) {
            throw new PolicyException(name, "expected " + name + " as a text of at most " + LONGEST + " characters");
        }
        return text.strip();
    }

    /** Handles the pages of backtests and their actions. */
    void backtests(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Matcher one = BACKTEST.matcher(path);
        boolean all = path.equals("/backtests");
        boolean cancels = !all && one.matches() && one.group(2) != null;
        if (!all && !one.matches()) {
            Reply.text(404, "nothing here\n").send(exchange);
        } else if (Mutation.changes(exchange) && (all || cancels)) {
            Mutation mutation = new Mutation(exchange, auditor);
            mutation.respond(all ? started(mutation) : shown(operations.cancelBacktest(Long.parseLong(one.group(1)))));
        } else if (Mutation.changes(exchange) || cancels) {
            exchange.getResponseHeaders().set("Allow", cancels ? "POST" : "GET");
            Reply.text(405, cancels ? "only POST\n" : "only GET\n").send(exchange);
        } else {
            shown(all ? operations.backtests() : operations.backtest(Long.parseLong(one.group(1))))
                    .send(exchange);
        }
    }

    private Reply started(Mutation mutation) throws IOException {
        Reply refusal = mutation.refusal(true);
        byte[] body = refusal == null ? mutation.body(LONGEST_POLICY) : null;
        if (refusal != null || body == null) {
            return refusal != null ? refusal : Reply.error(413, "the body is too large");
        }
        try {
            return resources.arguments(body).get("policy") instanceof String policy
                    ? shown(operations.startBacktest(policy))
                    : Reply.error(400, "expected policy as a text");
        } catch (PolicyException e) {
            return Reply.error(400, String.valueOf(e.getMessage()));
        } catch (ConflictException e) {
            return Reply.error(409, String.valueOf(e.getMessage()));
        }
    }

    private static Reply shown(@Nullable Object page) {
        return page == null ? Reply.error(404, "not known") : Reply.json(200, JsonWriter.json(page) + "\n");
    }

    /** Sends the page of all policies or of one. */
    void policies(HttpExchange exchange) throws IOException {
        Matcher one = POLICY.matcher(exchange.getRequestURI().getRawPath());
        boolean all = exchange.getRequestURI().getRawPath().equals("/policies");
        if (!all && !one.matches()) {
            Reply.text(404, "nothing here\n").send(exchange);
        } else if (Mutation.changes(exchange)) {
            exchange.getResponseHeaders().set("Allow", "GET");
            Reply.text(405, "only GET\n").send(exchange);
        } else {
            Object page = all ? operations.policies() : operations.policy(Long.parseLong(one.group(1)));
            shown(page).send(exchange);
        }
    }
}
