package dev.stillgate.fingerprint;

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
import java.time.Duration;
import java.util.List;

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
    private final Standings standings;
    private final Ticker ticker;
    private final Behaviour behaviour;
    private final ResponseTap pace;

    /**
     * An enforcement.
     *
     * @param charactersPerSecond how fast the answers of slowed accounts are passed on
     */
    Enforcement(Standings standings, Ticker ticker, Behaviour behaviour, int charactersPerSecond) {
        this.standings = standings;
        this.ticker = ticker;
        this.behaviour = behaviour;
        this.pace = new ResponseTap.Pace(charactersPerSecond);
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
        return exchange.operation().carriesAnswers() ? withinQuota(account) : Verdict.ALLOW;
    }

    private Verdict withinQuota(Account account) {
        DailyQuota quota = behaviour.quota(account.id());
        long now = ticker.millis();
        if (quota == null || quota.take(now)) {
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
        if (!standings.of(exchange.account()).reaches(Standing.TIGHTENED)) {
            return Verdict.ALLOW;
        }
        boolean probes =
                switch (body) {
                    case BodyView.Chat chat -> probes(chat);
                    case BodyView.Batch batch -> probes(batch);
                    case BodyView.Opaque opaque -> false;
                    case BodyView.None none -> false;
                };
        return probes ? PROBING : Verdict.ALLOW;
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
        return slowed ? pace : ResponseTap.NONE;
    }
}
