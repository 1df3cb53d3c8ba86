package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A campaign of a log that reacts to refusals as generated campaigns do. A line is sent by its account, or by the least
 * used account of the same API that is free. New lines come as logged. Not thread-safe.
 */
final class LoggedCampaign {
    private static final long MINUTE = 60_000;
    private static final int RETRIES = 2; // of the backlog for each line of the log

    private final Tactics tactics;
    private final Dice dice;
    private final AccountRegistry accounts;
    private final LineApi api;
    private final Map<String, LoggedClient> clients = new LinkedHashMap<>();
    private final Backlog<Waiting> backlog = new Backlog<>(Waiting::since);
    private boolean refused;
    private long first = -1;
    private long lines;
    private int logged;

    /** A line that was refused or had no account. */
    private record Waiting(LoggedLine line, long since) {}

    LoggedCampaign(Tactics tactics, Dice dice, AccountRegistry accounts, LineApi api) {
        this.tactics = tactics;
        this.dice = dice;
        this.accounts = accounts;
        this.api = api;
    }

    /** Returns when the backlog is tried next, in milliseconds since the epoch, {@link Source#NEVER} if it is empty. */
    long due() {
        return backlog.due();
    }

    /** Sends a line of the log; cover traffic of abandoned accounts is dropped. */
    void send(LoggedLine line) {
        LoggedClient own = clients.get(line.account());
        if (own == null) {
            accounts.harvest(line.account());
            own = new LoggedClient(line.account(), accounts.isVerified(line.account()), 0, line, dice);
            clients.put(own.id(), own);
            logged++;
        }
        own.logged(line);
        if (line.isCover()) {
            if (!own.isAbandoned(line.time())) {
                react(own, line.time(), api.send(attempt(line, line, own)));
            }
            return;
        }
        lines++;
        first = first < 0 ? line.time() : first;
        LoggedClient client = own.isFree(line.time(), mostADay(line.time())) ? own : other(line, line.time());
        if (client == null) {
            api.postpone(attempt(line, line, own), line.tokens());
            backlog.add(new Waiting(line, line.time()), line.time() + MINUTE);
        } else {
            send(line, line.time(), line.time(), client);
        }
    }

    /** Tries the next line of the backlog. */
    void retry() {
        long time = backlog.due();
        Waiting next = backlog.take(time);
        if (next == null) {
            backlog.next(Source.NEVER);
            return;
        }
        LoggedClient client = other(next.line, time);
        if (client == null) {
            backlog.putBack(next, time + 5 * MINUTE);
            return;
        }
        send(next.line, next.since, time, client);
        double gap = (double) (time - first) / Math.max(1, lines) / RETRIES;
        backlog.next(backlog.isEmpty() ? Source.NEVER : time + 1 + (long) (gap * dice.exponential()));
    }

    private void send(LoggedLine line, long since, long time, LoggedClient client) {
        LoggedLine sent = client.id().equals(line.account()) ? line : line.by(client.last(), client.id());
        ApiResponse response = api.send(attempt(line, sent.at(time), client));
        react(client, time, response);
        if (!response.isServed()) {
            refused = true;
            backlog.add(new Waiting(line, since), time + MINUTE);
        }
    }

    private static Attempt attempt(LoggedLine wanted, LoggedLine sent, LoggedClient client) {
        return sent.attempt(wanted, client.id(), client.isVerified());
    }

    private void react(LoggedClient client, long time, ApiResponse response) {
        if (client.note(time, response, tactics.replaces()) && tactics.replaces()) {
            long from = client.replacedFrom();
            String id = accounts.replace(client.isVerified(), from, dice);
            LoggedClient replacement = new LoggedClient(id, client.isVerified(), from, client.last(), dice);
            client.replacedBy(replacement);
            clients.put(replacement.id(), replacement);
        }
    }

    /** Returns the least used account of the same API that is free and was recently in the log. */
    private @Nullable LoggedClient other(LoggedLine line, long time) {
        double mostADay = mostADay(time);
        Predicate<LoggedClient> usable = client -> client.isFree(time, mostADay)
                && client.last().path().equals(line.path())
                && time - client.last().time() < Backlog.LONGEST_WAIT;
        LoggedClient best = null;
        for (LoggedClient client : clients.values()) {
            if (usable.test(client) && (best == null || client.usedOn(time) < best.usedOn(time))) {
                best = client;
            }
        }
        return best;
    }

    /** Returns the most requests of an account a day: a multiple of the campaign's mean, once it was refused. */
    private double mostADay(long time) {
        double days = Math.max(1, (time - first) / (double) Location.DAY);
        return refused ? Math.max(1, tactics.mostTimes() * lines / days / logged) : Double.MAX_VALUE;
    }
}
