package dev.stillgate.proxy.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.stillgate.proxy.policy.PolicyArchive;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints the differences between two policies that were in force. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Print the differences between two policies that were in force.",
            "In unified format, and a line for each change of accounts and other files. stillgate history lists the"
                    + " numbers.",
            "Exit 0 if they are equal or differ, 1 if one is not known."
        })
final class DiffCommand implements Callable<Integer> {
    private static final int CONTEXT = 3;

    @Mixin
    private PolicySource source = new PolicySource();

    @Parameters(index = "0", paramLabel = "A", description = "the number of the older generation")
    private long older;

    @Parameters(index = "1", paramLabel = "B", description = "the number of the newer generation")
    private long newer;

    @Override
    public Integer call() throws Exception {
        String before = source.text(older);
        String after = before == null ? null : source.text(newer);
        if (before == null || after == null) {
            return 1;
        }
        List<String> lines = before.lines().toList();
        PrintWriter out = source.line().getOut();
        UnifiedDiffUtils.generateUnifiedDiff(
                        "generation " + older,
                        "generation " + newer,
                        lines,
                        DiffUtils.diff(lines, after.lines().toList()),
                        CONTEXT)
                .forEach(line -> out.println(Outline.lines(line)));
        otherChanges().forEach(line -> out.println(Outline.lines(line)));
        out.flush();
        return 0;
    }

    /** Returns lines about what the texts do not show, as far as the history names it. */
    private List<String> otherChanges() throws Exception {
        List<PolicyArchive.Entry> entries = source.entries();
        List<String> lines = new ArrayList<>();
        for (PolicyArchive.Entry entry : entries == null ? List.<PolicyArchive.Entry>of() : entries.reversed()) {
            if (entry.generation() > Math.min(older, newer) && entry.generation() <= Math.max(older, newer)) {
                entry.changes().stream()
                        .filter(change -> change.startsWith("accounts ") || change.startsWith("content of "))
                        .forEach(change ->
                                lines.add("# generation " + entry.generation() + ": " + Outline.safe(change)));
            }
        }
        return lines;
    }
}
