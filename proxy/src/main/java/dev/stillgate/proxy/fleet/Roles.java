package dev.stillgate.proxy.fleet;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
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
 * Which roles this gateway holds: a key for each in the store, whose value says who holds it and which is gone unless the
 * holder renews it. The holder reckons its time from before it asked, the store from after it was asked, and so the
 * holder's ends first, whatever the hour is where. A store that has just been joined may have lost its memory, and a free
 * role is taken from it only when every lease that it may have forgotten is over.
 */
final class Roles {
    static final Duration BEAT = Duration.ofSeconds(1);
    static final Duration LEASE = Duration.ofSeconds(3);

    /** How much of a lease is left to clocks that run at different speeds. */
    private static final Duration DRIFT = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(Roles.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final byte[] MILLIS = ascii(String.valueOf(LEASE.toMillis()));
    private static final byte[] ASK = ascii("""
            local holder = redis.call('GET', KEYS[1])
            if holder == ARGV[1] or (not holder and ARGV[3] == '1') then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              return 1
            end
            return 0
            """);
    private static final byte[] GIVE_BACK = ascii("""
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
    private long takesAt;

    /**
     * The roles of a gateway that holds none.
     *
     * @param node the gateway's name, which another one may bear by mistake
     * @param prefix what the keys of roles begin with
     * @param worker where answers are looked at
     */
    Roles(
            String node,
            String prefix,
            StoreConnection connection,
            BooleanSupplier joined,
            EventExecutor worker,
            LongSupplier nanoTime) {
        this.self = ascii(node + ' ' + Long.toHexString(new SecureRandom().nextLong()));
        this.prefix = prefix;
        this.connection = connection;
        this.joined = joined;
        this.worker = worker;
        this.nanoTime = nanoTime;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** One role, as far as this gateway has to do with it. */
    private final class Role {
        private final String name;
        private final byte[][] key;
        private volatile long until = nanoTime.getAsLong();
        private boolean told;
        private boolean asking;

        private Role(String name) {
            this.name = name;
            this.key = new byte[][] {ascii(prefix + name)};
        }

        private boolean held() {
            return nanoTime.getAsLong() - until < 0;
        }

        /** Tells the log of a change. */
        private void tell() {
            if (told != held()) {
                told = !told;
                log.info(told ? "leads the fleet as {}" : "no longer leads the fleet as {}", name);
            }
        }
    }

    /** Returns whether this gateway holds a role; from the first call on it asks for it. */
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

    /** Notes that the store is there, or there again; on the worker. */
    void joins() {
        takesAt = nanoTime.getAsLong() + LEASE.toNanos();
    }

    /** Asks for all roles, and for more time for those that are held; on the worker. */
    void beat() {
        for (Role role : roles.values()) {
            role.tell();
            StatefulRedisConnection<byte[], byte[]> store = connection.get();
            if (store != null && !role.asking && !leaving && joined.getAsBoolean()) {
                ask(role, store);
            }
        }
    }

    private void ask(Role role, StatefulRedisConnection<byte[], byte[]> store) {
        role.asking = true;
        long asked = nanoTime.getAsLong();
        byte[] mayTake = ascii(asked - takesAt >= 0 ? "1" : "0");
        store.async()
                .<Long>eval(ASK, ScriptOutputType.INTEGER, role.key, self, MILLIS, mayTake)
                .whenCompleteAsync((got, failure) -> answered(role, got, failure, asked), worker);
    }

    /** An answer that did not come changes nothing: what is held is held until its time is over. */
    private void answered(Role role, @Nullable Long got, @Nullable Throwable failure, long asked) {
        role.asking = false;
        if (failure == null && got != null && !leaving) {
            role.until = got == 1 ? asked + LEASE.minus(DRIFT).toNanos() : asked;
        } else if (failure != null) {
            log.debug("the role {} was asked for in vain: {}", role.name, StoreConnection.reason(failure));
        }
        role.tell();
    }

    /** Holds nothing any longer; done when the store was told, or cannot be; on the worker. */
    CompletableFuture<?> leave() {
        leaving = true;
        StatefulRedisConnection<byte[], byte[]> store = connection.get();
        CompletableFuture<?> done = CompletableFuture.completedFuture(null);
        for (Role role : roles.values()) {
            boolean held = role.held();
            role.until = nanoTime.getAsLong();
            if (store != null && (held || role.asking)) {
                CompletableFuture<Long> told = store.async()
                        .<Long>eval(GIVE_BACK, ScriptOutputType.INTEGER, role.key, self)
                        .toCompletableFuture();
                done = CompletableFuture.allOf(done, told);
            }
            role.tell();
        }
        return done;
    }
}
