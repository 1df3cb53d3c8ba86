package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.json.TextHash;
import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.Audit;
import dev.stillgate.proxy.observe.AuditLog;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.recording.Recorder;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The configured log files of a gateway: access log, decision log, audit log and exchange recording. */
final class GatewayLogs implements AutoCloseable {
    private final @Nullable AccessLog access;
    private final @Nullable AccessLog decisions;
    private final @Nullable AuditLog audit;
    private final @Nullable Recorder recorder;
    private final @Nullable Path recording;

    /**
     * Opens the configured files.
     *
     * @throws java.io.UncheckedIOException if a file cannot be opened
     */
    GatewayLogs(StillgateConfig config, Accounts accounts, Ticker ticker) {
        Path log = config.accessLog().path();
        access = log == null ? null : new AccessLog("access log", orStandardOutput(log));
        Path decided = config.accessLog().decisions();
        decisions = decided == null ? null : new AccessLog("decisions log", decided);
        Path actions = config.audit().path();
        audit = actions == null ? null : new AuditLog(orStandardOutput(actions), ticker::millis);
        recorder = recorder(config.record(), accounts, ticker);
        recording = config.record() == null ? null : config.record().path();
    }

    /** Returns a supplier of the files of the recording, in chronological order; it returns none if nothing is recorded. */
    Supplier<List<Path>> recorded() {
        return () -> {
            try {
                return recording == null ? List.of() : Recorder.recorded(recording);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** Returns the file of the access log, null if there is none or it goes to standard output. */
    static @Nullable Path file(StillgateConfig config) {
        Path log = config.accessLog().path();
        return log == null ? null : orStandardOutput(log);
    }

    private static @Nullable Path orStandardOutput(Path path) {
        return path.endsWith("-") ? null : path;
    }

    private static @Nullable Recorder recorder(
            StillgateConfig.@Nullable Recording record, Accounts accounts, Ticker ticker) {
        if (record == null) {
            return null;
        }
        boolean hashed = record.text() == StillgateConfig.RecordedText.HASHED;
        byte[] key = Secrets.derive(accounts.secret(), "gateway", "recorded texts");
        return new Recorder(
                record.path(),
                record.maxBytes().bytes(),
                record.files(),
                hashed ? new TextHash(key) : null,
                ticker::nanos);
    }

    /** Registers the counters of written and dropped lines. */
    void show(GatewayMeters meters) {
        if (access != null) {
            meters.counter("stillgate.access.log.dropped", access, AccessLog::dropped);
            meters.counter("stillgate.access.log.written", access, AccessLog::written);
        }
        if (decisions != null) {
            meters.counter("stillgate.decisions.log.dropped", decisions, AccessLog::dropped);
            meters.counter("stillgate.decisions.log.written", decisions, AccessLog::written);
        }
        if (audit != null) {
            meters.counter("stillgate.audit.log.dropped", audit, AuditLog::dropped);
            meters.counter("stillgate.audit.log.written", audit, AuditLog::written);
        }
        if (recorder != null) {
            meters.counter("stillgate.record.dropped", recorder, Recorder::dropped);
            meters.counter("stillgate.record.written", recorder, Recorder::recorded);
        }
    }

    /** Returns a new access-log writer for one event loop, null if no access log is configured. */
    AccessLog.@Nullable Writer accessWriter() {
        return access == null ? null : access.writer();
    }

    /** Returns a new decision-log writer for one event loop, null if no decision log is configured. */
    AccessLog.@Nullable Writer decisionsWriter() {
        return decisions == null ? null : decisions.writer();
    }

    Audit audit() {
        return audit == null ? Audit.NONE : audit;
    }

    @Nullable
    Recorder recorder() {
        return recorder;
    }

    /** Closes and reopens all files, after a rotation. */
    void reopen() {
        if (access != null) {
            access.reopen();
        }
        if (decisions != null) {
            decisions.reopen();
        }
        if (audit != null) {
            audit.reopen();
        }
        if (recorder != null) {
            recorder.reopen();
        }
    }

    /** Flushes and closes all files. */
    @Override
    public void close() {
        if (access != null) {
            access.close();
        }
        if (decisions != null) {
            decisions.close();
        }
        if (recorder != null) {
            recorder.close();
        }
        if (audit != null) {
            audit.close();
        }
    }
}
