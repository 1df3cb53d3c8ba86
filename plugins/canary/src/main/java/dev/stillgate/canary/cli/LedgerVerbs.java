package dev.stillgate.canary.cli;

import dev.stillgate.canary.ledger.KeyOpening;
import dev.stillgate.canary.ledger.LedgerException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** The verbs {@code ledger verify} and {@code ledger export}, which run beside a gateway or without one. */
public final class LedgerVerbs {
    static final int SOUND = 0;
    static final int UNSOUND = 1;
    static final int MISUSED = 2;

    private final KeyOpening opening;

    /**
     * Takes what {@code --reveal} opens commitments with.
     *
     * @param opening derives a key from the master secret
     */
    public LedgerVerbs(KeyOpening opening) {
        this.opening = opening;
    }

    /** What a verb does with its arguments. */
    private interface Work {
        void run() throws IOException, Arguments.UsageException;
    }

    /**
     * Runs a verb.
     *
     * @return 0 when the ledger is sound and all is written, 1 when it is not, or lacks what was asked for, 2 when the verb was
     *     called wrongly or a file that it needs cannot be read
     */
    public int run(List<String> args, PrintStream out, PrintStream err) {
        List<String> rest = args.isEmpty() ? args : args.subList(1, args.size());
        String usage = LedgerVerify.USAGE + "\n" + LedgerExport.USAGE;
        return switch (args.isEmpty() ? "" : args.getFirst()) {
            case "verify" -> guarded(LedgerVerify.USAGE, rest, out, err, () -> LedgerVerify.run(rest, out));
            case "export" -> guarded(LedgerExport.USAGE, rest, out, err, () -> LedgerExport.run(rest, opening, out));
            case "--help" -> {
                out.println(usage);
                yield SOUND;
            }
            default -> {
                err.println(usage);
                yield MISUSED;
            }
        };
    }

    private static int guarded(String usage, List<String> args, PrintStream out, PrintStream err, Work work) {
        if (args.contains("--help")) {
            out.println(usage);
            return SOUND;
        }
        try {
            work.run();
            return SOUND;
        } catch (LedgerException e) {
            err.println("ledger: " + safe(String.valueOf(e.getMessage())));
            return UNSOUND;
        } catch (Arguments.UsageException e) {
            err.println("ledger: " + safe(String.valueOf(e.getMessage())));
            err.println(usage);
            return MISUSED;
        } catch (IllegalArgumentException e) {
            String what = e instanceof InvalidPathException ? "not a path: " : "";
            err.println("ledger: " + what + safe(String.valueOf(e.getMessage())));
            return MISUSED;
        } catch (FileSystemException e) {
            String reason = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getReason());
            err.println("ledger: " + safe(e.getFile() + ": " + reason));
            return MISUSED;
        } catch (IOException e) {
            err.println("ledger: " + safe(e.toString()));
            return MISUSED;
        }
    }

    /** Returns a text that does nothing to a terminal. */
    private static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c));
        return safe.toString();
    }
}
