package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.orders.Orders;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Handler of resource requests: {@code GET /clusters}, {@code GET /clusters/c-1}, {@code POST /accounts/a-17/standing}
 * and {@code DELETE /accounts/a-17}.
 */
final class ResourceRequests {
    private static final String ACCOUNTS = "accounts";
    private static final String CREATE = "create=true";

    /** Actions on accounts that would create state for an account that was never seen. */
    private static final Set<String> CREATING = Set.of("standing", "confirm", "refute", "vouch");

    private static final Pattern LIMIT = Pattern.compile("limit=(?:[1-9][0-9]{0,2}|1000)");

    private final Resources resources;
    private final Auditor auditor;

    ResourceRequests(Resources resources, Auditor auditor) {
        this.resources = resources;
        this.auditor = auditor;
    }

    void handle(HttpExchange exchange) throws IOException {
        String raw = exchange.getRequestURI().getRawPath();
        ResourcePath path = raw == null ? null : ResourcePath.of(raw);
        if (path == null) {
            Reply.text(404, "nothing here\n").send(exchange);
        } else if (path.ofAll()) {
            overview(exchange, path);
        } else if (path.action().isEmpty()) {
            resource(exchange, path);
        } else {
            action(exchange, path);
        }
    }

    private void overview(HttpExchange exchange, ResourcePath path) throws IOException {
        if (!resources.has(path.page())) {
            Reply.text(404, "nothing here\n").send(exchange);
        } else if (allowed(exchange, "GET")) {
            overview(path.page(), exchange.getRequestURI().getRawQuery()).send(exchange);
        }
    }

    private Reply overview(String page, @Nullable String query) {
        if (query != null && !LIMIT.matcher(query).matches()) {
            return Reply.error(400, "expected ?limit=N, with N from 1 to 1000");
        }
        String all = resources.all(
                page,
                query == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(Integer.parseInt(query.substring(query.indexOf('=') + 1))));
        return all == null ? Reply.error(404, "no overview") : Reply.json(200, all);
    }

    private void resource(HttpExchange exchange, ResourcePath path) throws IOException {
        boolean erasable = resources.actions(path.page()).contains(AdminAction.ERASE);
        if (!resources.has(path.page()) && !erasable) {
            Reply.error(404, "not known").send(exchange);
        } else if (erasable && exchange.getRequestMethod().equals("DELETE")) {
            perform(exchange, path, AdminAction.ERASE, false);
        } else if (allowed(exchange, erasable ? "GET, DELETE" : "GET")) {
            get(exchange, path);
        }
    }

    private void get(HttpExchange exchange, ResourcePath path) throws IOException {
        if (!path.isValid()) {
            Reply.error(400, "invalid id").send(exchange);
            return;
        }
        String found = resources.find(path.page(), path.id());
        (found == null ? Reply.error(404, resources.unknown(path.page(), path.id())) : Reply.json(200, found))
                .send(exchange);
    }

    private void action(HttpExchange exchange, ResourcePath path) throws IOException {
        Set<String> actions = resources.actions(path.page());
        if (!actions.contains(path.action()) || path.action().equals(AdminAction.ERASE)) {
            Reply.error(404, "unknown action").send(exchange);
        } else if (allowed(exchange, "POST")) {
            perform(exchange, path, path.action(), true);
        }
    }

    /** Returns whether the method is the first allowed one; otherwise sends a refusal. */
    private static boolean allowed(HttpExchange exchange, String methods) throws IOException {
        int comma = methods.indexOf(',');
        if (exchange.getRequestMethod().equals(comma < 0 ? methods : methods.substring(0, comma))) {
            return true;
        }
        exchange.getResponseHeaders().set("Allow", methods);
        Reply.error(405, "only " + methods).send(exchange);
        return false;
    }

    private void perform(HttpExchange exchange, ResourcePath path, String action, boolean withBody) throws IOException {
        Mutation mutation = new Mutation(exchange, auditor);
        Reply refusal = mutation.refusal(withBody);
        if (refusal == null && !path.isValid()) {
            refusal = Reply.error(400, "invalid id");
        }
        if (refusal == null && path.page().equals(ACCOUNTS) && CREATING.contains(action)) {
            refusal = unknown(exchange.getRequestURI().getRawQuery(), path);
        }
        mutation.respond(refusal != null ? refusal : done(mutation, path, action));
    }

    /** Returns the refusal for an unknown account, null when it is known or {@code create=true} is given. */
    private @Nullable Reply unknown(@Nullable String query, ResourcePath path) {
        if (query != null) {
            return query.equals(CREATE) ? null : Reply.error(400, "expected ?" + CREATE);
        }
        if (resources.find(path.page(), path.id()) != null) {
            return null;
        }
        Map<String, Object> unknown = new LinkedHashMap<>();
        unknown.put("error", "the account is not listed and was never seen: check the id, or add ?" + CREATE);
        unknown.put("known", false);
        return Reply.json(404, JsonWriter.json(unknown) + "\n");
    }

    private Reply done(Mutation mutation, ResourcePath path, String action) throws IOException {
        byte[] body = mutation.body();
        if (body == null) {
            return Reply.error(413, "the body is too large");
        }
        try {
            Map<String, Object> arguments = mutation.signed(body.length == 0 ? Map.of() : resources.arguments(body));
            Reply refusal = Permissions.refusal(mutation.operator(), Permissions.needed(arguments));
            if (refusal != null) {
                return refusal;
            }
            Resources.Done done = resources.perform(path.page(), path.id(), action, arguments, mutation.role());
            mutation.orders(done.orders());
            return done.json() == null
                    ? Reply.error(404, "not known")
                    : Reply.json(done.failed() ? 500 : done.accepted() ? 202 : 200, done.json());
        } catch (PolicyException e) {
            Map<String, Object> wrong = new LinkedHashMap<>();
            wrong.put("error", String.valueOf(e.getMessage()));
            wrong.put("at", e.at());
            return Reply.json(400, JsonWriter.json(wrong) + "\n");
        } catch (RoleNeededException e) {
            return Permissions.refusal(e.needed(), mutation.operator());
        } catch (Orders.OrdersUnavailableException e) {
            return Reply.error(503, String.valueOf(e.getMessage()));
        } catch (ConflictException e) {
            Map<String, Object> changed = new LinkedHashMap<>();
            changed.put("error", String.valueOf(e.getMessage()));
            e.details().forEach(changed::putIfAbsent);
            return Reply.json(409, JsonWriter.json(changed) + "\n");
        }
    }
}
