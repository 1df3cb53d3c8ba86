package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.Standing;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON report of a backtest. Deterministic: equal findings give equal bytes. One line per account.
 */
public final class Report {
    private final Writer out;

    private Report(Writer out) {
        this.out = out;
    }

    /** An account with a changed standing. */
    private record Standings(String account, long exchanges, TextVolume tokens, List<LoggedAccount.Change> changes) {}

    /**
     * Writes a report with further members and atomically replaces an existing file.
     *
     * @param further additional members by name, in the form that the admin API shows
     * @throws IOException if it cannot be written
     */
    public static void write(BacktestFindings findings, Map<String, ?> further, Path file) throws IOException {
        write(findings, further, file, false);
    }

    /**
     * Writes a report in full, or without its accounts and clusters.
     *
     * @param brief whether accounts and clusters are counted only
     * @throws IOException if it cannot be written
     */
    public static void write(BacktestFindings findings, Map<String, ?> further, Path file, boolean brief)
            throws IOException {
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            new Report(out).write(findings, further, brief);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Checks in advance that a report can be written to a file.
     *
     * @throws IOException if it cannot be written
     */
    public static void check(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Files.newOutputStream(part).close();
        Files.delete(part);
        if (Files.isDirectory(target)) {
            throw new IOException(file + " is a directory");
        }
    }

    private void write(BacktestFindings findings, Map<String, ?> further, boolean brief) throws IOException {
        Tally tally = findings.tally();
        out.write("{");
        field("policy", findings.policy(), "");
        field("exchanges", tally.exchanges(), ",");
        field(
                "accounts",
                findings.accounts().stream().filter(a -> a.exchanges() > 0).count(),
                ",");
        field("from", tally.from(), ",");
        field("to", tally.to(), ",");
        field("broken", findings.broken(), ",");
        field("unjudged", tally.unjudgedExchanges(), ",");
        field("canary", tally.runs("canary"), ",");
        field("tokens", tally.text(), ",");
        field("accountsByStanding", accountsByStanding(findings), ",\n");
        field("clusterCount", findings.clusters().size(), ",");
        if (!brief) {
            out.write(",\n\"standings\":[");
            items(changed(findings).map(Report::standings).iterator());
            out.write("],\n\"clusters\":[");
            items(findings.clusters().iterator());
            out.write("]");
        }
        field("rejected", tally.rejected(), ",\n");
        field("codes", tally.codes(), ",\n");
        for (Map.Entry<String, ?> member : further.entrySet()) {
            field(member.getKey(), member.getValue(), ",\n");
        }
        out.write("}\n");
    }

    private static Stream<LoggedAccount> changed(BacktestFindings findings) {
        return findings.accounts().stream().filter(account -> !account.changes().isEmpty());
    }

    /** Returns the number of accounts whose standing has changed, by their last standing. */
    static Map<Standing, Long> accountsByStanding(BacktestFindings findings) {
        Map<Standing, Long> counts = new EnumMap<>(Standing.class);
        changed(findings)
                .forEach(account -> counts.merge(account.changes().getLast().standing(), 1L, Long::sum));
        return counts;
    }

    private static Standings standings(LoggedAccount account) {
        return new Standings(account.account().id(), account.exchanges(), account.text(), account.changes());
    }

    private void items(Iterator<?> items) throws IOException {
        String between = "\n";
        while (items.hasNext()) {
            out.write(between);
            out.write(JsonWriter.json(items.next()));
            between = ",\n";
        }
    }

    private void field(String name, @Nullable Object value, String before) throws IOException {
        out.write(before);
        out.write(JsonWriter.json(name));
        out.write(':');
        out.write(JsonWriter.json(value));
    }
}
