package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.spi.Account;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Traffic of an exchange log that reacts to refusals: honest clients repeat a line as official SDKs do, campaigns send
 * it by other accounts. Lines come as logged, so a conversation goes on after a refused turn. Not thread-safe.
 */
public final class LoggedTraffic implements Source, Closeable {
    private final LogLines log;
    private final AccountRegistry accounts = new AccountRegistry(SignUpRules.PLAIN);
    private final LineApi api;
    private final Tactics tactics;
    private final Dice dice;
    private final Map<String, LoggedCampaign> campaigns = new HashMap<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>();
    private @Nullable LoggedLine next;
    private long honestLines;

    /** A refused line of an honest client that its SDK sends again. */
    private record Retry(long due, long number, LoggedLine line, SdkRetries sdk) implements Comparable<Retry> {
        @Override
        public int compareTo(Retry other) {
            return due == other.due ? Long.compare(number, other.number) : Long.compare(due, other.due);
        }
    }

    /**
     * Opens a log.
     *
     * @param listed the listed accounts by id
     * @throws IOException if it cannot be read or has no line
     */
    public LoggedTraffic(Path file, Map<String, Account> listed, Tactics tactics, Dice dice, LineApi api)
            throws IOException {
        this.log = new LogLines(file);
        listed.values().forEach(accounts::list);
        this.tactics = tactics;
        this.dice = dice;
        this.api = api;
        this.next = log.next();
    }

    /**
     * Returns the setting of a log: the whole days from its first line to its last.
     *
     * @throws IOException if it cannot be read or has no line
     */
    public static World world(Path file, Dice dice) throws IOException {
        try (LogLines lines = new LogLines(file)) {
            LoggedLine first = lines.next();
            if (first == null) {
                throw new IOException("there is no exchange in " + file);
            }
            long last = first.time();
            for (LoggedLine line = first; line != null; line = lines.next()) {
                last = line.time();
            }
            long start = first.time() / Location.DAY * Location.DAY;
            return new World(dice, start, (int) ((last - start) / Location.DAY) + 1);
        }
    }

    /** Returns the accounts of the log and the replacements so far. */
    public AccountRegistry accounts() {
        return accounts;
    }

    @Override
    public long due() {
        LoggedLine line = next;
        long earliest = line == null ? NEVER : line.time();
        if (!retries.isEmpty()) {
            earliest = Math.min(earliest, retries.peek().due);
        }
        LoggedCampaign campaign = firstCampaign();
        return campaign == null ? earliest : Math.min(earliest, campaign.due());
    }

    private @Nullable LoggedCampaign firstCampaign() {
        LoggedCampaign first = null;
        for (LoggedCampaign campaign : campaigns.values()) {
            if (campaign.due() != NEVER && (first == null || campaign.due() < first.due())) {
                first = campaign;
            }
        }
        return first;
    }

    @Override
    public void send(Api ignored) {
        long time = due();
        LoggedLine line = next;
        LoggedCampaign campaign = firstCampaign();
        if (line != null && line.time() == time) {
            advance();
            send(line);
        } else if (!retries.isEmpty() && retries.peek().due == time) {
            Retry retry = retries.remove();
            send(retry.line, time, retry.sdk);
        } else if (campaign != null) {
            campaign.retry();
        }
    }

    private void advance() {
        try {
            next = log.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(LoggedLine line) {
        String campaign = line.campaign();
        if (campaign.isEmpty()) {
            send(line, line.time(), new SdkRetries(dice.child(honestLines++)));
        } else {
            campaigns
                    .computeIfAbsent(campaign, name -> new LoggedCampaign(tactics, dice.child(name), accounts, api))
                    .send(line);
        }
    }

    private void send(LoggedLine line, long time, SdkRetries sdk) {
        ApiResponse response =
                api.send(line.at(time).attempt(line, line.account(), accounts.isVerified(line.account())));
        long wait = response.isServed() ? -1 : sdk.waitAfter(response);
        if (wait >= 0) {
            retries.add(new Retry(time + Math.max(1, wait), honestLines, line, sdk));
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
