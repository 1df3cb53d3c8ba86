package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.bundle.CommitmentOpener;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.spi.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The verb {@code stillgate ledger}, which runs beside a gateway or without one. Exit code 1: the ledger is unsound or
 * lacks what was asked for; 2: usage error or unreadable file.
 */
@CommandLine.Command(
        name = "stillgate ledger",
        mixinStandardHelpOptions = true,
        description = LedgerCommand.DESCRIPTION,
        synopsisSubcommandLabel = "verify|export")
public final class LedgerCommand implements Command {
    static final String DESCRIPTION = "Check a ledger of marked answers, and take evidence from it.";

    private final CommitmentOpener opener;

    /** Creates the verb; {@code --reveal} derives keys from the master secret. */
    public LedgerCommand() {
        this(LedgerCommand::open);
    }

    LedgerCommand(CommitmentOpener opener) {
        this.opener = opener;
    }

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) {
        Verbs verbs = new Verbs(name(), this, new LedgerVerify(out), new LedgerExport(opener, out));
        return verbs.run(arguments, out, err, failure -> failure instanceof LedgerException ? 1 : 2);
    }

    private static CommitmentOpener.Preimages open(
            String name, @Nullable Path secretFile, List<Path> tables, @Nullable Path beacon) throws IOException {
        KeyDeriver deriver = new KeyDeriver(
                MasterSecret.read(secretFile, System.getenv()),
                Inputs.withTable(tables).sheet(),
                beacon == null ? null : Beacon.read(beacon));
        List<CanaryKey> keys = KeyDeriver.plans(name).stream()
                .map(plan -> deriver.key(name, plan))
                .toList();
        return new CommitmentOpener.Preimages(
                keys.stream().map(CanaryKey::committed).toList(),
                keys.stream()
                        .map(CanaryKey::global)
                        .filter(Objects::nonNull)
                        .map(CanaryKey::committed)
                        .toList(),
                deriver.secret(KeyNames.epoch(name)).committed());
    }
}
