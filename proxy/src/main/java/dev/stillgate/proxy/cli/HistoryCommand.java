package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.policy.PolicyArchive;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the policies that were in force. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = {
            "List the policies that were in force, the newest first.",
            "With a state directory, the last 100 are kept over restarts. stillgate diff compares two of them."
        })
final class HistoryCommand implements Callable<Integer> {
    private static final int SHORT = 12;

    @Mixin
    private PolicySource source = new PolicySource();

    @Override
    public Integer call() throws Exception {
        List<PolicyArchive.Entry> entries = source.entries();
        if (entries == null) {
            return 1;
        }
        PrintWriter out = source.line().getOut();
        String mark = source.latest();
        for (PolicyArchive.Entry entry : entries) {
            out.println(line(entry, mark));
            mark = entry.since() == null ? mark : "";
        }
        out.flush();
        return 0;
    }

    /** @param mark what to say about the latest generation, empty for the others */
    private static String line(PolicyArchive.Entry entry, String mark) {
        if (entry.since() == null) {
            return entry.generation() + "  not known to have been in force: the gateway ended meanwhile";
        }
        String sha256 =
                entry.sha256().substring(0, Math.min(SHORT, entry.sha256().length()));
        StringBuilder line = new StringBuilder();
        line.append(entry.generation())
                .append("  ")
                .append(entry.since())
                .append("  ")
                .append(sha256);
        line.append(mark).append("  ").append(entry.cause());
        if (entry.by() != null) {
            line.append(" by ").append(Outline.safe(entry.by()));
        }
        if (entry.why() != null) {
            line.append(": ").append(Outline.safe(entry.why()));
        }
        for (String change : entry.changes()) {
            line.append("\n      ").append(Outline.safe(change));
        }
        return Outline.lines(line.toString());
    }
}
