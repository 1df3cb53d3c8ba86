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
 * What the standings do to requests. The caller is told what is refused and never why: the sentence is the same for every
 * account of a standing.
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
    private final FingerprintState behaviour;
    private final Paces paces;

    /**
     * An enforcement.
     *
     * @param paces how fast the answers of slowed accounts are passed on
     */
    Enforcement(Standings standings, Ticker ticker, FingerprintState behaviour, Paces paces) {
        this.standings = standings;
        this.ticker = ticker;
        this.behaviour = behaviour;
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
        DailyQuota quota = behaviour.quota(account.id());
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
            return BLOCKED; // it was not yet when the body began
        }
        return switch (body) {
            case BodyView.Chat chat -> probes(chat) ? PROBING : Verdict.ALLOW;
            case BodyView.Batch batch -> ofBatch(account, standing, batch);
            case BodyView.Opaque opaque -> Verdict.ALLOW;
            case BodyView.None none -> Verdict.ALLOW;
        };
    }

    /** A batch is as many requests as it has prompts, and cannot be read by anyone at reading speed. */
    private Verdict ofBatch(Account account, Standing standing, BodyView.Batch batch) {
        if (standing.reaches(Standing.SLOWED)) {
            return BATCH;
        }
        return probes(batch) ? PROBING : withinQuota(account, batch.size());
    }

    /** Returns whether {@code include} asks for log-probabilities of a stored answer; escapes that cannot be read count too. */
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

    private static boolean probes(BodyView.Chat chat) {
        return chat.logprobs() || chat.choices() > 1;
    }

    private static boolean probes(BodyView.Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (probes(batch.item(i))) {
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
