package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.exchange.WrittenExchange;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Replay of exchanges through a policy's filters in virtual time, on one thread.
 *
 * <p>Events at the same time run in this order: responses end, requests begin, background tasks run. A request passes
 * all phases up to the response's head at its start time, because a log does not tell when the response began. Its
 * completion runs at its end time. A refused request completes at once.
 */
final class Replay {
    private static final String GATEWAY = "gateway";
    private static final String CONNECTION = "connection";
    private static final Header NO_RETRY = new Header("x-should-retry", "false");

    private final ServingPolicy policy;
    private final FilterChain chain;
    private final VirtualClock clock;
    private final VirtualTimer timer;
    private final StandingsWatch watch;
    private final Tally tally;
    private final EndingQueue open = new EndingQueue(EndingQueue.MOST);
    private final Connections connections = new Connections(Connections.MOST);
    private final RequestReader reader = new RequestReader();
    private final LoggedResponse answer;
    private final LoggedHead head = new LoggedHead();
    private long number;

    Replay(
            ServingPolicy policy,
            KeyedHashes hashes,
            VirtualClock clock,
            VirtualTimer timer,
            StandingsWatch watch,
            Tally tally) {
        this.policy = policy;
        this.chain = policy.chain();
        this.answer = new LoggedResponse(hashes, chain.readsResponse());
        this.clock = clock;
        this.timer = timer;
        this.watch = watch;
        this.tally = tally;
    }

    /** Advances the time to a line's exchange, begins it and returns its response. */
    VirtualResponse begin(LogLine line, LogFacts facts) {
        advance(VirtualClock.nanos(line.ts()));
        LoggedPath.Found found = facts.path().by(facts.method());
        LoggedConnection connection = connection(facts);
        connection.noteRequest(facts.headers());
        WrittenExchange exchange = new WrittenExchange(
                number,
                found.target(),
                new WrittenExchange.Request(
                        "replay-" + number++, facts.method(), facts.path().path(), facts.headers()),
                new WrittenExchange.Caller(facts.account().account(), facts.address(), connection),
                VirtualClock.nanos(line.ts()),
                line.ts());
        VirtualResponse response =
                connection.isOpen() ? run(exchange, found.refused(), line) : refuseConnection(exchange, line);
        facts.account().add(response.text());
        watch.update();
        return response;
    }

    /** Reports the changes of standing that an operator's action has caused. */
    void operated() {
        watch.update();
    }

    private LoggedConnection connection(LogFacts facts) {
        LoggedConnection known = connections.known(facts.connection());
        if (known != null) {
            return known;
        }
        LoggedConnection opened =
                connections.open(facts.connection(), facts.address(), facts.http(), facts.ja4OrNull());
        if (!chain.accept(opened)) {
            opened.close();
        }
        return opened;
    }

    private VirtualResponse refuseConnection(WrittenExchange exchange, LogLine line) {
        tally.rejected(CONNECTION, CONNECTION);
        return new VirtualResponse.Refused(0, CONNECTION, CONNECTION, null, true, refusedText(exchange, line), false);
    }

    private TextVolume refusedText(WrittenExchange exchange, LogLine line) {
        return TextVolume.refused(answer.readRefused(exchange.operation(), line));
    }

    private VirtualResponse run(WrittenExchange exchange, @Nullable BadMessage badPath, LogLine line) {
        Refusal refusal = request(exchange, badPath);
        boolean stream = false;
        if (refusal == null && exchange.operation().readsBody()) {
            try {
                boolean recorded = exchange.operation().kind() == Operation.Kind.UPLOAD || line.has("request");
                BodyView view = recorded ? body(exchange, line) : BodyView.None.INSTANCE;
                stream = view instanceof BodyView.Chat chat && chat.stream();
                refusal = chain.onBody(exchange, exchange.progress, view);
                if (refusal == null && !recorded) {
                    return unjudged(exchange, line);
                }
            } catch (MalformedBody e) {
                refusal = refusal(e.kind(), e.code());
            }
        }
        ForwardedTap tap = ForwardedTap.NONE;
        if (refusal == null) {
            tap = chain.onResponse(exchange, exchange.progress, head.of(line.status(), stream));
            refusal = exchange.progress.refusal();
        }
        if (refusal != null) {
            return refuse(exchange, refusal, line);
        }
        return new VirtualResponse.Served(line.status(), deliver(exchange, tap, line));
    }

    /**
     * Ends an exchange that was not refused by filters, but whose body is not on record: it was refused before its body
     * was read, its body was invalid, or its client left. It costs a request and has no text.
     */
    private VirtualResponse unjudged(WrittenExchange exchange, LogLine line) {
        tally.unjudged();
        chain.onComplete(
                exchange,
                exchange.progress,
                new Outcome.UpstreamFailed(line.status(), Usage.NONE, 0, 0, "not-recorded"));
        return new VirtualResponse.Served(line.status(), TextVolume.NONE);
    }

    private BodyView body(WrittenExchange exchange, LogLine line) throws MalformedBody {
        int length = line.length("request");
        if (exchange.operation().kind() == Operation.Kind.UPLOAD) {
            return new BodyView.Opaque(length); // a multipart form, which is not logged
        }
        int start = line.start("request");
        return reader.read(exchange.operation(), exchange.cloud(), null, line.bytes(), start, length);
    }

    private @Nullable Refusal request(WrittenExchange exchange, @Nullable BadMessage badPath) {
        if (badPath != null) {
            return refusal(badPath.kind(), badPath.code());
        }
        if (exchange.route().isEmpty()) {
            return refusal(Verdict.Kind.NOT_FOUND, "no-route");
        }
        if (policy.accountsRequired() && exchange.account().trust() == Account.Trust.NONE) {
            return refusal(Verdict.Kind.UNAUTHENTICATED, "no-credential");
        }
        return chain.onRequest(exchange, exchange.progress);
    }

    private static Refusal refusal(Verdict.Kind kind, String code) {
        return new Refusal(GATEWAY, new Verdict.Reject(kind, code, code));
    }

    private VirtualResponse refuse(WrittenExchange exchange, Refusal refusal, LogLine line) {
        Verdict.Reject verdict = refusal.verdict();
        tally.rejected(refusal.filter(), verdict.code());
        int status = ErrorBodies.status(verdict.kind());
        Outcome.Rejected outcome = new Outcome.Rejected(status, Usage.NONE, 0, 0, refusal.filter(), verdict.code());
        boolean forStanding = watch.standing(exchange.account()).isCauseOf(outcome);
        chain.onComplete(exchange, exchange.progress, outcome);
        return new VirtualResponse.Refused(
                status,
                refusal.filter(),
                verdict.code(),
                verdict.retryAfter(),
                !verdict.headers().contains(NO_RETRY),
                refusedText(exchange, line),
                forStanding);
    }

    private TextVolume deliver(WrittenExchange exchange, ForwardedTap tap, LogLine line) {
        TextVolume text = answer.readDelivered(exchange.operation(), tap, line);
        Outcome served = new Outcome.Served(line.status(), answer.usage(), line.length("response"), 0);
        exchange.ends(line.endMillis(), served, answer.id(), answer.facts(), answer.verdict(), answer.isMarked());
        if (line.endMillis() == line.ts()) {
            end(exchange);
            return text;
        }
        open.add(exchange);
        if (open.isOverfull()) {
            end(open.takeEarly());
        }
        return text;
    }

    private void end(WrittenExchange exchange) {
        chain.onComplete(exchange, exchange.progress, exchange.outcome());
    }

    /** Advances the time and runs all earlier events, and the responses that end at that time. */
    void advance(long nanos) {
        while (true) {
            long end = open.nextEnd();
            long due = timer.nextDue();
            if (end <= due && end <= nanos) {
                clock.advance(end);
                end(open.take());
            } else if (due < nanos) {
                clock.advance(due);
                timer.runNext();
            } else {
                break;
            }
            watch.update();
        }
        clock.advance(nanos);
    }

    /**
     * Advances the time until the last response has ended.
     *
     * @param millisMore additional time for background tasks of the filters
     */
    void finish(long millisMore) {
        long last = clock.nanos();
        while (open.nextEnd() != Long.MAX_VALUE) {
            last = open.nextEnd();
            advance(last);
        }
        advance(last + VirtualClock.nanos(millisMore) + 1);
    }

    /** Returns the number of responses that were treated as ended early, because too many were open. */
    long endedEarly() {
        return open.endedEarly();
    }
}
