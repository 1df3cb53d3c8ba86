package dev.stillgate.proxy.backtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Fuzz target: an exchange-log file, plain or gzip. Invalid lines are reported, and time never goes backwards. */
public final class LogReaderFuzz {
    private static final Path FILE = file();

    private LogReaderFuzz() {}

    private static Path file() {
        try {
            Path file = Files.createTempFile("log-fuzz", ".jsonl");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        List<String> complaints = new ArrayList<>();
        try {
            Files.write(FILE, data);
            try (LogReader reader = new LogReader(List.of(FILE), complaints::add)) {
                long last = 0;
                while (reader.next()) {
                    LogLine line = reader.line();
                    if (line.ts() < last || line.endMillis() < line.ts() || line.status() < 100) {
                        throw new IllegalStateException("a line of " + line.ts() + " after " + last);
                    }
                    last = line.ts();
                }
                if (reader.broken() != complaints.size()) {
                    throw new IllegalStateException(reader.broken() + " broken, complaints: " + complaints);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
