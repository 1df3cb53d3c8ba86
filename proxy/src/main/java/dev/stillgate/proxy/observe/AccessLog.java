package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.observe.AccessRecord.SessionFigures;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The access log, with one JSON object per line. Each event loop fills its own block of lines. A block that is full or
 * one second old is queued for a single writer thread. If the queue is full, the block is dropped and its lines are
 * counted, so that a slow disk never delays a request.
 */
public final class AccessLog implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;
    private static final int RESERVE = 4 * 1024;
    private static final int QUEUE = 256;
    private static final long MAX_AGE_NANOS = 1_000_000_000L;
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    private static final Map<Standing, String> STANDINGS = standings();

    private final LogFile file;

    /**
     * Opens the log.
     *
     * @param name the name in messages, such as {@code access log}
     * @param path the file to append to, null for standard output
     * @throws java.io.UncheckedIOException if the file cannot be opened
     */
    public AccessLog(String name, @Nullable Path path) {
        file = new LogFile(name, path, QUEUE, BLOCK);
    }

    private static Map<Standing, String> standings() {
        Map<Standing, String> names = new EnumMap<>(Standing.class);
        for (Standing standing : Standing.values()) {
            names.put(standing, standing.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /** Reopens the file before the next write, after a rotation. */
    public void reopen() {
        file.reopen();
    }

    /** Returns the number of lines dropped since the start. */
    public long dropped() {
        return file.dropped();
    }

    /** Returns the number of lines written since the start. */
    public long written() {
        return file.written();
    }

    /** Returns a new writer for one event loop. */
    public Writer writer() {
        return new Writer();
    }

    /** Writes the queued blocks and closes the file. Writers must have been flushed before. */
    @Override
    public void close() {
        file.close();
    }

    /** Collects the lines of one event loop. Not thread-safe. */
    public final class Writer {
        private final LineBuffer line = new LineBuffer(new byte[BLOCK]);
        private int lines;
        private long oldest;
        private long second = Long.MIN_VALUE;
        private byte[] secondText = {};
        private final byte[] time = new byte[24];

        private Writer() {}

        /**
         * Adds a line.
         *
         * @param now the ticker's time in nanoseconds
         */
        public void log(AccessRecord r, long now) {
            if (lines++ == 0) {
                oldest = now;
            }
            line.open();
            line.plain("start_time", time(r.startMillis()));
            line.field("request_id", r.requestId());
            line.field("method", r.method());
            line.field("path", r.path());
            line.field("protocol", r.http());
            line.field("response_code", r.status());
            line.field("outcome", r.outcome());
            line.field("response_code_details", r.code());
            line.field("filter", r.filter());
            line.field("refusal_details", r.details());
            line.field("shadow", r.shadow());
            line.field("flags", r.flags());
            geo(r.geo());
            line.millis("duration_ms", r.durationNanos());
            line.millis("time_to_first_byte_ms", r.firstByteNanos());
            line.field("bytes_received", r.bytesReceived());
            line.field("bytes_sent", r.bytesSent());
            line.address("downstream_remote_address", r.address());
            line.field("account", r.account());
            line.field("organisation", r.organisation());
            if (r.standing() != Standing.CLEAR) {
                line.field("standing", STANDINGS.get(r.standing()));
            }
            line.field("upstream_cluster", r.upstream());
            line.field("gen_ai.operation.name", r.operation().label());
            line.field("gen_ai.request.model", r.requestModel());
            line.field("gen_ai.response.model", r.responseModel());
            line.list("gen_ai.response.finish_reasons", r.finishReason());
            if (r.verdict().kind() != ProviderVerdict.Kind.NONE) {
                line.field("provider_verdict", GatewayMeters.name(r.verdict().kind()));
                line.field("provider_verdict_category", r.verdict().category());
            }
            line.flag("stream", r.stream());
            line.flag("marked", r.marked());
            usage(r.usage());
            session(r.session());
            if (r.generation() > 0) {
                line.field("policy_generation", r.generation());
                line.field("policy_sha256", r.policySha256());
            }
            line.close();
            if (line.length() > BLOCK - RESERVE) {
                flush();
            }
        }

        private void geo(@Nullable GeoRefusal refusal) {
            if (refusal != null) {
                line.field("geo.country.iso_code", refusal.facts().country());
                if (refusal.facts().asn() != 0) {
                    line.field("as.number", refusal.facts().asn());
                }
                line.field("geo.databases", refusal.databases());
            }
        }

        private void session(@Nullable SessionFigures session) {
            if (session != null) {
                line.field("session_responses", session.responses());
                line.field("session_audio_input_tokens", session.audioInput());
                line.field("session_audio_output_tokens", session.audioOutput());
                line.flag("session_unread", session.unread());
            }
        }

        private void usage(Usage usage) {
            if (usage.source() != Usage.Source.NONE) {
                line.count("gen_ai.usage.input_tokens", usage.input());
                line.count("gen_ai.usage.output_tokens", usage.output());
                line.count("gen_ai.usage.cache_read.input_tokens", usage.cacheRead());
                line.count("gen_ai.usage.cache_creation.input_tokens", usage.cacheWrite());
                line.count("gen_ai.usage.reasoning_tokens", usage.reasoning());
                line.flag("usage_estimated", usage.source() == Usage.Source.ESTIMATED);
            }
        }

        /** Queues the lines for writing if the oldest is at least one second old. Called periodically. */
        public void flushOld(long now) {
            if (lines > 0 && now - oldest >= MAX_AGE_NANOS) {
                flush();
            }
        }

        /** Queues all lines for writing. */
        public void flush() {
            if (lines == 0) {
                return;
            }
            if (file.take(line.bytes(), line.length(), lines)) {
                byte[] next = file.spare();
                line.use(next == null ? new byte[BLOCK] : next);
            } else {
                line.use(line.bytes());
            }
            lines = 0;
        }

        /** Returns the time in RFC 3339 format. The part up to the seconds is formatted once per second. */
        private byte[] time(long millis) {
            long seconds = Math.floorDiv(millis, 1000L);
            if (seconds != second) {
                second = seconds;
                secondText = SECOND.format(Instant.ofEpochSecond(seconds)).getBytes(StandardCharsets.US_ASCII);
            }
            int rest = (int) Math.floorMod(millis, 1000L);
            System.arraycopy(secondText, 0, time, 0, 20);
            time[20] = (byte) ('0' + rest / 100);
            time[21] = (byte) ('0' + rest / 10 % 10);
            time[22] = (byte) ('0' + rest % 10);
            time[23] = 'Z';
            return time;
        }
    }
}
