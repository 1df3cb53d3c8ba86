package dev.stillgate.proxy.fleet;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases of the fleet's roles. Each role is a key in the store whose value names the holder and which expires unless
 * renewed. The holder counts its lease from before the request was sent, the store from after. The holder's lease
 * therefore ends first, whatever the clocks show. After the store was joined, free roles are acquired only after one
 * lease time, since the store may have lost its data.
 */
final class Roles {
    static final Duration BEAT = Duration.ofSeconds(1);
    static final Duration LEASE = Duration.ofSeconds(3);

    /** Margin of a lease for clocks that run at different speeds. */
    private static final Duration DRIFT = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(Roles.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final byte[] MILLIS = ascii(String.valueOf(LEASE.toMillis()));
    private static final byte[] ACQUIRE_OR_RENEW = ascii("""
            local holder = redis.call('GET', KEYS[1])
            if holder == ARGV[1] or (not holder and ARGV[3] == '1') then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              return 1
            end
            return 0
            """);
    private static final byte[] RELEASE = ascii("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              return redis.call('DEL', KEYS[1])
            end
            return 0
            """);

    private final byte[] self;
    private final String prefix;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final EventExecutor worker;
    private final LongSupplier nanoTime;
    private final Map<String, Role> roles = new ConcurrentHashMap<>();
    private volatile boolean leaving;
    private long mayAcquireAt;

    /**
     * Creates the leases of a gateway without roles.
     *
     * @param node the gateway's unique name
     * @param prefix the prefix of the keys of roles
     * @param worker the executor of all callbacks
     */
    Roles(
            String node,
            String prefix,
            StoreConnection connection,
            BooleanSupplier joined,
            EventExecutor worker,
            LongSupplier nanoTime) {
        this.self = ascii(node);
        this.prefix = prefix;
        this.connection = connection;
        this.joined = joined;
        this.worker = worker;
        this.nanoTime = nanoTime;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The state of one role in this gateway. */
    private final class Role {
        private final String name;
        private final byte[][] key;
        private volatile long until = nanoTime.getAsLong();
        private boolean logged;
        private boolean requesting;

        private Role(String name) {
            this.name = name;
            this.key = new byte[][] {ascii(prefix + name)};
        }

        private boolean held() {
            return nanoTime.getAsLong() - until < 0;
        }

        /** Logs a change of the holder. */
        private void logChange() {
            if (logged != held()) {
                logged = !logged;
                log.info(logged ? "leads the fleet as {}" : "no longer leads the fleet as {}", name);
            }
        }
    }

    /** Returns whether this gateway holds a role. The first call makes this gateway try to acquire it from then on. */
    boolean leads(String name) {
        Role role = roles.get(name);
        if (role == null) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("the role " + name + ": expected lower-case letters, digits and -");
            }
            role = roles.computeIfAbsent(name, Role::new);
        }
        return role.held();
    }

    /** Delays the acquisition of free roles after the store was joined. Called on the worker. */
    void onJoin() {
        mayAcquireAt = nanoTime.getAsLong() + LEASE.toNanos();
    }

    /** Requests all known roles and renews held ones. Called on the worker. */
    void beat() {
        for (Role role : roles.values()) {
            role.logChange();
            StatefulRedisConnection<byte[], byte[]> store = connection.get();
            if (store != null && !role.requesting && !leaving && joined.getAsBoolean()) {
                acquire(role, store);
            }
        }
    }

    private void acquire(Role role, StatefulRedisConnection<byte[], byte[]> store) {
        role.requesting = true;
        long asked = nanoTime.getAsLong();
        byte[] mayAcquire = ascii(asked - mayAcquireAt >= 0 ? "1" : "0");
        store.async()
                .<Long>eval(ACQUIRE_OR_RENEW, ScriptOutputType.INTEGER, role.key, self, MILLIS, mayAcquire)
                .whenCompleteAsync((got, failure) -> answered(role, got, failure, asked), worker);
    }

    /** Evaluates a response. A missing response changes nothing: a held role stays held until its lease ends. */
    private void answered(Role role, @Nullable Long got, @Nullable Throwable failure, long asked) {
        role.requesting = false;
        if (failure == null && got != null && !leaving) {
            role.until = got == 1 ? asked + LEASE.minus(DRIFT).toNanos() : asked;
        } else if (failure != null) {
            log.debug("cannot acquire the role {}: {}", role.name, StoreConnection.reason(failure));
        }
        role.logChange();
    }

    /**
     * Releases all roles. The result completes once the store confirms, or at once without a connection. Called on the
     * worker.
     */
    CompletableFuture<?> leave() {
        leaving = true;
        StatefulRedisConnection<byte[], byte[]> store = connection.get();
        CompletableFuture<?> done = CompletableFuture.completedFuture(null);
        for (Role role : roles.values()) {
            boolean held = role.held();
            role.until = nanoTime.getAsLong();
            if (store != null && (held || role.requesting)) {
                CompletableFuture<Long> released = store.async()
                        .<Long>eval(RELEASE, ScriptOutputType.INTEGER, role.key, self)
                        .toCompletableFuture();
                done = CompletableFuture.allOf(done, released);
            }
            role.logChange();
        }
        return done;
    }
}
