package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.spi.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verb {@code ledger}. */
public final class LedgerCommand implements Command {
    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public String description() {
        return "Check a ledger of marked answers, and take evidence from it.";
    }

    @Override
    public int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) {
        return new LedgerVerbs(LedgerCommand::open).run(arguments, out, err);
    }

    private static List<List<byte[]>> open(String key, @Nullable Path secretFile, List<Path> tables)
            throws IOException {
        MasterSecret master = MasterSecret.read(secretFile, System.getenv());
        List<String> named = tables.stream().map(Path::toString).toList();
        ClassSheet sheet = Inputs.withTable(named).sheet();
        return CanaryPlan.KNOWN.stream()
                .map(plan -> CanaryKey.derive(master, key, sheet, plan).committed())
                .toList();
    }
}
