package dev.stillgate.loadtests.report.arrival;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reader of a trace: CSV lines of timestamp, input tokens and output tokens, with an optional header line, plain or
 * gzipped ({@code .gz}). A timestamp is a number of seconds, or a date and time such as {@code 2026-01-31
 * 18:15:46.680}.
 */
final class TraceFile {
    private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);
    private static final int COLUMNS = 3;
    private static final int MOST_TOKENS = 1_000_000;
    /** As many seconds as fit into a long of nanoseconds; a timestamp in milliseconds is above. */
    private static final double MOST_SECONDS = 9e9;

    private TraceFile() {}

    /**
     * Returns the arrivals in order of time; the first one is at 0.
     *
     * @throws IllegalArgumentException naming an invalid line, or if the file cannot be read or has no arrivals
     */
    static List<Arrival> read(Path file) {
        List<Arrival> all = new ArrayList<>();
        try (BufferedReader lines = open(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String[] cells = line.strip().split(",", -1);
                boolean header = number == 1
                        && !line.isEmpty()
                        && Character.isLetter(line.strip().charAt(0));
                if (!line.isBlank() && !header) {
                    all.add(arrival(cells, file + ":" + number));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the trace " + file + ": " + e.getMessage(), e);
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("the trace " + file + " has no arrivals");
        }
        all.sort(Comparator.comparingLong(Arrival::offset));
        long first = all.getFirst().offset();
        return all.stream()
                .map(each -> new Arrival(each.offset() - first, each.inputTokens(), each.outputTokens()))
                .toList();
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream bytes = Files.newInputStream(file);
        try {
            InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private static Arrival arrival(String[] cells, String place) {
        if (cells.length < COLUMNS) {
            throw new IllegalArgumentException(place + ": expected timestamp,input tokens,output tokens");
        }
        return new Arrival(nanos(cells[0].strip(), place), tokens(cells[1], place), tokens(cells[2], place));
    }

    private static long nanos(String text, String place) {
        try {
            if (text.indexOf(':') < 0) {
                return seconds(text, place);
            }
            String iso = text.replace(' ', 'T');
            LocalDateTime time = LocalDateTime.parse(iso.endsWith("Z") ? iso.substring(0, iso.length() - 1) : iso);
            return ChronoUnit.NANOS.between(EPOCH, time);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" is not a timestamp", e);
        }
    }

    private static long seconds(String text, String place) {
        double seconds = Double.parseDouble(text);
        if (!(Math.abs(seconds) < MOST_SECONDS)) {
            throw new IllegalArgumentException(place + ": " + text + " are not seconds since 1970 or since the start");
        }
        return Math.round(seconds * 1e9);
    }

    private static int tokens(String text, String place) {
        try {
            double tokens = Double.parseDouble(text.strip());
            if (tokens >= 0 && tokens <= MOST_TOKENS) {
                return (int) tokens;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" is not a number of tokens", e);
        }
        throw new IllegalArgumentException(place + ": " + text + " tokens are out of range");
    }
}
