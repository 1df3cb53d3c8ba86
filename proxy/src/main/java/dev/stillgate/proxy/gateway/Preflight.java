package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.OperatorIdentity;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.TlsClients;
import dev.stillgate.proxy.files.PemFile;
import dev.stillgate.proxy.files.PemPair;
import dev.stillgate.proxy.files.WritableTarget;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.listen.Listeners;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Check of the files that {@code stillgate.yaml} names, with every problem at its place: certificates and keys, the
 * operators' key set, log files, and the state directory. Nothing is bound, locked, created or written.
 */
public final class Preflight {
    private static final Duration SOON = Duration.ofDays(14);

    private final ConfigNode root;
    private final Instant now;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    private Preflight(ConfigNode root, Instant now) {
        this.root = root;
        this.now = now;
    }

    /**
     * Checks the files.
     *
     * @param config the configuration
     * @param root the nodes that it was read from
     * @param now the current time, against which certificates are checked
     */
    public static Preflight of(StillgateConfig config, ConfigNode root, Instant now) {
        Preflight check = new Preflight(root, now);
        for (int i = 0; i < config.listeners().size(); i++) {
            StillgateConfig.Listener listener = config.listeners().get(i);
            StillgateConfig.Tls tls = listener.tls();
            if (tls != null) {
                check.tls("listeners[" + i + "].tls", tls, listener.http2());
            }
        }
        OperatorIdentity identity = config.admin().identity();
        check.keys(identity == null ? null : identity.jwks().file());
        check.log("accessLog.path", config.accessLog().path());
        check.log("accessLog.decisions", config.accessLog().decisions());
        check.log("audit.path", config.audit().path());
        StillgateConfig.Recording record = config.record();
        check.log("record.path", record == null ? null : record.path());
        Path state = config.state().directory();
        check.writable("state.directory", state == null ? null : WritableTarget.directory(state));
        return check;
    }

    /** Returns the problems that prevent a start. */
    public List<Problem> errors() {
        return errors;
    }

    /** Returns the problems that do not prevent a start. */
    public List<Problem> warnings() {
        return warnings;
    }

    private void tls(String at, StillgateConfig.Tls tls, boolean http2) {
        int before = errors.size();
        for (int j = 0; j < tls.certificates().size(); j++) {
            StillgateConfig.Certificate files = tls.certificates().get(j);
            String place = at + ".certificates[" + j + "]";
            try {
                PemPair pair = PemPair.of(PemFile.read(files.chain()), PemFile.read(files.key()));
                expiry(place, files.chain(), pair);
            } catch (IOException e) {
                error(place, e);
            }
        }
        TlsClients clients = tls.clients();
        try {
            if (clients != null) {
                PemFile.read(clients.authorities()).certificates();
            }
        } catch (IOException e) {
            error(at + ".clients.authorities", e);
        }
        try {
            if (errors.size() == before) {
                Listeners.check(tls, http2);
            }
        } catch (IOException e) {
            error(at, e);
        }
    }

    private void expiry(String at, Path chain, PemPair pair) {
        if (!pair.expiry().isAfter(now)) {
            warn(at, "the certificate in " + chain + " expired at " + pair.expiry());
        } else if (!pair.expiry().isAfter(now.plus(SOON))) {
            warn(at, "the certificate in " + chain + " expires at " + pair.expiry());
        }
    }

    private void keys(@Nullable Path file) {
        try {
            if (file != null) {
                JwtVerifiers.check(file);
            }
        } catch (IOException e) {
            error("admin.identity.jwks.file", e);
        }
    }

    private void log(String at, @Nullable Path file) {
        writable(at, file == null || file.endsWith("-") ? null : WritableTarget.file(file));
    }

    private void writable(String at, @Nullable String problem) {
        if (problem != null) {
            errors.add(new Problem(root.below(at).at(), at + ": " + problem));
        }
    }

    private void error(String at, IOException e) {
        errors.add(new Problem(root.below(at).at(), at + ": " + e.getMessage()));
    }

    private void warn(String at, String message) {
        warnings.add(new Problem(root.below(at).at(), at + ": " + message));
    }
}
