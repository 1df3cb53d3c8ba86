package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.standing.DailyQuota;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Effect of the standings on requests and responses. A refusal names no reason: its message is the same for all
 * accounts of a standing. Thread-safe.
 */
final class Enforcement {
    private static final long DAY = Duration.ofDays(1).toMillis();
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
    private final Ticker ticker;
    private final FingerprintState state;
    private final Paces paces;

    /**
     * Creates the enforcement.
     *
     * @param paces pace of the responses to slowed accounts
     */
    Enforcement(Standings standings, Ticker ticker, FingerprintState state, Paces paces) {
        this.standings = standings;
        this.ticker = ticker;
        this.state = state;
        this.paces = paces;
    }

    Verdict onRequest(Exchange exchange) {
        Account account = exchange.account();
        Standing standing = standings.of(account);
        if (!standing.reaches(Standing.TIGHTENED)) {
            return Verdict.ALLOW;
        }
        if (standing == Standing.BLOCKED) {
            return BLOCKED;
        }
        if (exchange.operation() == Operation.OPAQUE) {
            return OPAQUE;
        }
        if (!exchange.operation().carriesAnswers()) {
            return Verdict.ALLOW;
        }
        return includesLogprobs(exchange.query()) ? PROBING : withinQuota(account, 1);
    }

    private Verdict withinQuota(Account account, int requests) {
        DailyQuota quota = state.quota(account.id());
        long now = ticker.millis();
        if (quota == null || quota.take(requests, now)) {
            return Verdict.ALLOW;
        }
        Duration untilMidnight = Duration.ofMillis(DAY - Math.floorMod(now, DAY));
        return new Verdict.Reject(
                Verdict.Kind.RATE_LIMITED,
                "standing-quota",
                "This account has used up its requests for today.",
                untilMidnight,
                List.of());
    }

    Verdict onBody(Exchange exchange, BodyView body) {
        Account account = exchange.account();
        Standing standing = standings.of(account);
        if (!standing.reaches(Standing.TIGHTENED)) {
            return Verdict.ALLOW;
        }
        if (standing == Standing.BLOCKED) {
            return BLOCKED; // blocked since onRequest
        }
        return switch (body) {
            case BodyView.Chat chat -> isProbing(chat) ? PROBING : Verdict.ALLOW;
            case BodyView.Batch batch -> checkBatch(account, standing, batch);
            case BodyView.Opaque opaque -> Verdict.ALLOW;
            case BodyView.None none -> Verdict.ALLOW;
        };
    }

    /**
     * Counts a batch as one request per prompt. Slowed accounts may not send batches, since no reading pace applies to
     * a batch.
     */
    private Verdict checkBatch(Account account, Standing standing, BodyView.Batch batch) {
        if (standing.reaches(Standing.SLOWED)) {
            return BATCH;
        }
        return isProbing(batch) ? PROBING : withinQuota(account, batch.size());
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

    private static boolean isProbing(BodyView.Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (isProbing(batch.item(i))) {
                return true;
            }
        }
        return false;
    }

    ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        boolean slowed = exchange.operation().carriesAnswers()
                && head.status() < 300
                && standings.of(exchange.account()).reaches(Standing.SLOWED);
        return slowed ? paces.of(exchange, head) : ResponseTap.NONE;
    }
}
