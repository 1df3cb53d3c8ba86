package dev.stillgate.proxy.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of browsers that have signed in. They live in memory, so a restart ends them. A session ends twelve hours
 * after its last request; at most {@value #MOST} exist. Thread-safe.
 *
 * @param <T> who has signed in
 */
public final class ConsoleSessions<T> {
    static final String COOKIE = "stillgate-session";
    private static final int MOST = 1000;
    private static final Duration IDLE = Duration.ofHours(12);
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Cache<String, T> sessions =
            Caffeine.newBuilder().expireAfterAccess(IDLE).maximumSize(MOST).build();

    /** Opens a session and returns the value of {@code Set-Cookie}. */
    public String open(T who) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        sessions.put(id, who);
        return COOKIE + '=' + id + "; Path=/; HttpOnly; SameSite=Strict";
    }

    /**
     * Returns who has signed in in the session of a request; null if it belongs to none.
     *
     * @param cookies the request's {@code Cookie} fields, null for none
     */
    public @Nullable T find(@Nullable List<String> cookies) {
        String id = id(cookies);
        return id == null ? null : sessions.getIfPresent(id);
    }

    /** Ends the session of a request, if it has one, and returns the value of {@code Set-Cookie}. */
    public String end(@Nullable List<String> cookies) {
        String id = id(cookies);
        if (id != null) {
            sessions.invalidate(id);
        }
        return COOKIE + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
    }

    /** Returns the id in the only cookie of the name, null if there are none or several. */
    private static @Nullable String id(@Nullable List<String> cookies) {
        String found = null;
        for (String field : cookies == null ? List.<String>of() : cookies) {
            for (String cookie : field.split(";", 64)) {
                String pair = cookie.strip();
                if (pair.startsWith(COOKIE + '=')) {
                    if (found != null) {
                        return null;
                    }
                    found = pair.substring(COOKIE.length() + 1);
                }
            }
        }
        return found;
    }
}
