package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.drive.Drive;
import dev.stillgate.loadtests.campaign.drive.DriveOptions;
import dev.stillgate.loadtests.campaign.drive.PlayedModel;
import dev.stillgate.loadtests.campaign.harvest.Blocked;
import dev.stillgate.loadtests.campaign.people.Account;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** The command {@code load-tests/run campaign}: honest customers and campaigns, written as exchange logs or sent live. */
public final class CampaignCommand {
    private static final int BUFFER = 1 << 18;

    private CampaignCommand() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) throws IOException {
        try {
            switch (args.length == 0 ? "" : args[0]) {
                case "generate" -> generate(GenerateOptions.parse(args, 1), out);
                case "accounts" -> {
                    GenerateOptions options = GenerateOptions.parse(args, 1);
                    Files.createDirectories(options.out());
                    list(cast(options), options);
                }
                case "drive" -> {
                    return drive(DriveOptions.parse(args, 1), out);
                }
                case "scenarios" -> scenarios(out);
                default -> throw new IllegalArgumentException("expected generate, accounts, drive or scenarios");
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("campaign: " + e.getMessage());
            return 2;
        }
    }

    private static int drive(DriveOptions options, PrintStream out) throws IOException {
        Drive drive =
                new Drive(options.cast(), options.gateways(), options.speedup(), options.admins(), options.calendar());
        try (PlayedModel model = new PlayedModel(options.modelPort())) {
            return drive.run(options.minutes(), model, out) ? 0 : 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void scenarios(PrintStream out) {
        for (Scenario scenario : Scenario.all()) {
            out.printf("%s: %d days, %,d honest accounts%n", scenario.name(), scenario.days(), scenario.honest());
            scenario.campaigns()
                    .forEach(plan -> out.printf(
                            "  %-14s %4d accounts, %5.1f a day each, %s %s%n",
                            plan.name(), plan.accounts(), plan.perDay(), plan.works(), plan.evasions()));
        }
    }

    private static void generate(GenerateOptions options, PrintStream out) throws IOException {
        long began = System.nanoTime();
        Cast cast = cast(options);
        Files.createDirectories(options.out());
        Path log = options.out().resolve(options.stem() + (options.gzip() ? ".jsonl.gz" : ".jsonl"));
        LogWriter writer;
        try (OutputStream file = open(log, options.gzip())) {
            writer = new LogWriter(file);
            cast.play(writer);
        }
        list(cast, options);
        report(writer, cast, (System.nanoTime() - began) / 1e9, log, out);
    }

    private static Cast cast(GenerateOptions options) throws IOException {
        Scenario scenario = Scenario.named(options.scenario());
        Path after = options.after();
        Blocked blocked = after == null ? Blocked.NOBODY : BlockedReport.read(after, options.replaceAt());
        int days = options.days() < 0 ? scenario.days() : options.days();
        int honest = options.honest() < 0 ? scenario.honest() : options.honest();
        return Cast.draw(scenario, options.seed(), days, honest, options.scale(), blocked);
    }

    private static OutputStream open(Path log, boolean gzip) throws IOException {
        OutputStream file = new BufferedOutputStream(Files.newOutputStream(log), BUFFER);
        return gzip ? new BufferedOutputStream(new QuickGzip(file), BUFFER) : file;
    }

    /** Gzip that is not slower than what it packs. */
    private static final class QuickGzip extends GZIPOutputStream {
        QuickGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static void list(Cast cast, GenerateOptions options) throws IOException {
        Path file = options.out().resolve(options.stem() + ".accounts.yaml");
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            writer.write("accounts:\n");
            for (Account account : cast.accounts()) {
                writer.write(account.entry(""));
            }
        }
    }

    private static void report(LogWriter writer, Cast cast, double seconds, Path log, PrintStream out) {
        long[] lines =
                writer.lines().values().stream().mapToLong(Long::longValue).toArray();
        long all = Arrays.stream(lines).sum();
        writer.lines().forEach((label, count) -> out.printf("%-34s %,10d%n", label, count));
        out.printf(
                "%s: %,d exchanges of %,d accounts, %,d bytes a line, %.1f s, %,.0f lines a second%n",
                log, all, cast.accounts().size(), all == 0 ? 0 : writer.written() / all, seconds, all / seconds);
    }
}
