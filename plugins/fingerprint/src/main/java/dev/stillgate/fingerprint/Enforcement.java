package dev.stillgate.fingerprint;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Verdict;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Effect of the standings on requests. A refusal names no reason: its message is the same for all accounts of a
 * standing. Thread-safe.
 */
final class Enforcement {
    private static final Verdict BLOCKED = new Verdict.Reject(
            Verdict.Kind.BLOCKED, "standing-blocked", "This account is not served. Contact the provider.");
    private static final Verdict OPAQUE = new Verdict.Reject(
            Verdict.Kind.BLOCKED, "standing-path", "This account may not use this path. Contact the provider.");
    private static final Verdict PROBING = new Verdict.Reject(
            Verdict.Kind.BLOCKED,
            "standing-probing",
            "This account may not ask for log-probabilities or more than one answer.");
    private static final Verdict BATCH = new Verdict.Reject(
            Verdict.Kind.BLOCKED, "standing-batch", "This account may not send batches. Contact the provider.");
    private final Standings standings;

    Enforcement(Standings standings) {
        this.standings = standings;
    }

    Verdict onRequest(Exchange exchange) {
        Standing standing = standings.of(exchange.account());
        if (!standing.reaches(Standing.POOLED)) {
            return Verdict.ALLOW;
        }
        if (standing == Standing.BLOCKED) {
            return BLOCKED;
        }
        if (exchange.operation() == Operation.OPAQUE || exchange.operation().kind() == Operation.Kind.SESSION) {
            return OPAQUE;
        }
        return exchange.operation().carriesResponses() && includesLogprobs(exchange.query()) ? PROBING : Verdict.ALLOW;
    }

    Verdict onBody(Exchange exchange, BodyView body) {
        Standing standing = standings.of(exchange.account());
        if (!standing.reaches(Standing.POOLED)) {
            return Verdict.ALLOW;
        }
        if (standing == Standing.BLOCKED) {
            return BLOCKED; // blocked since onRequest
        }
        return switch (body) {
            case BodyView.Chat chat -> isProbing(chat) ? PROBING : Verdict.ALLOW;
            case BodyView.Batch batch -> BATCH;
            case BodyView.Input input -> Verdict.ALLOW;
            case BodyView.Opaque opaque -> Verdict.ALLOW;
            case BodyView.None none -> Verdict.ALLOW;
        };
    }

    /**
     * Returns whether the {@code include} parameters ask for log-probabilities of a stored response. A query with
     * invalid escapes counts as asking.
     */
    private static boolean includesLogprobs(String query) {
        try {
            return !query.isEmpty()
                    && URLDecoder.decode(query, StandardCharsets.UTF_8)
                            .toLowerCase(Locale.ROOT)
                            .contains("logprobs");
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static boolean isProbing(BodyView.Chat chat) {
        return chat.logprobs() || chat.choices() > 1;
    }
}
