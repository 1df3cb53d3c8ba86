package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.config.OperatorRole;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The role that each request of the admin API needs. Unlisted requests need the highest one. */
final class Permissions {
    /** Pages whose resources operators judge. */
    static final Set<String> JUDGED = Set.of("accounts", "clusters");

    /** Actions on these resources. */
    static final Set<String> JUDGEMENTS =
            Set.of("confirm", "refute", "vouch", "unlabel", "hide", "unhide", "standing", "unpin");

    private static final String ORDERS = "orders";

    /** Actions on orders; some orders need the highest role. */
    private static final Set<String> ON_ORDERS = Set.of("approve", "withdraw");

    /** The standing that needs the highest role. */
    private static final String BLOCKED = "blocked";

    private Permissions() {}

    /** Returns the role that a request needs by method and path. */
    static OperatorRole needed(String method, @Nullable String rawPath) {
        if (!Mutation.changes(method)) {
            return OperatorRole.READ;
        }
        ResourcePath path = rawPath == null ? null : ResourcePath.of(rawPath);
        boolean reviews = path != null
                && method.equals("POST")
                && (path.page().equals(ORDERS)
                        ? ON_ORDERS.contains(path.action())
                        : JUDGED.contains(path.page()) && JUDGEMENTS.contains(path.action()));
        return reviews ? OperatorRole.REVIEW : OperatorRole.ADMIN;
    }

    /** Returns the role that an action needs by its arguments. */
    static OperatorRole needed(Map<String, Object> arguments) {
        return arguments.get("standing") instanceof String standing
                        && standing.strip().equalsIgnoreCase(BLOCKED)
                ? OperatorRole.ADMIN
                : OperatorRole.REVIEW;
    }

    /** Returns the refusal of an operator without a role, null for one who has it. */
    static @Nullable Reply refusal(@Nullable AdminOperator operator, OperatorRole needed) {
        return operator != null && operator.role().includes(needed) ? null : refusal(needed, operator);
    }

    /** Returns the refusal of an operator without a role. */
    static Reply refusal(OperatorRole needed, @Nullable AdminOperator operator) {
        return Reply.error(
                403,
                "needs the role " + needed.text()
                        + (operator == null
                                ? ""
                                : "; " + operator.name() + " has the role "
                                        + operator.role().text()));
    }
}
