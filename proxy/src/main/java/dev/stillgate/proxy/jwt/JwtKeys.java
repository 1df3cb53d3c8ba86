package dev.stillgate.proxy.jwt;

import com.nimbusds.jose.jwk.JWK;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The usable keys of a JSON Web Key Set (RFC 7517). Immutable. */
final class JwtKeys {
    /** The maximum size of a key set, in bytes. */
    static final int MAX_BYTES = 256 * 1024;

    private static final int MAX_KEYS = 100;
    private static final int MAX_ID = 256;
    private static final int MAX_SHOWN = 40;

    private final Map<Name, JwtKey> byName;
    private final List<String> notes;

    /** The id of a key within a family. Keys of different families may share an id (RFC 7517 section 4.5). */
    private record Name(@Nullable String id, JwtAlgorithm.Family family) {}

    private JwtKeys(Map<Name, JwtKey> byName, List<String> notes) {
        this.byName = byName;
        this.notes = notes;
    }

    /** Thrown for a key set that cannot be used, with a message for the operator. */
    static final class BadKeySet extends Exception {
        private static final long serialVersionUID = 1L;

        BadKeySet(String message) {
            super(message);
        }
    }

    /**
     * Reads a key set. Unusable keys are left out and noted. So are different keys with one id, since a token could
     * mean either of them; a key may be listed several times, for one algorithm each. An empty list is a set without
     * keys, by which a provider revokes all of them.
     *
     * @throws BadKeySet if it is not a key set, too large, or has keys of which none is usable
     */
    static JwtKeys parse(byte[] json) throws BadKeySet {
        List<?> entries = entries(json);
        List<String> notes = new ArrayList<>();
        Map<Name, JwtKey> keys = new HashMap<>();
        List<Name> ambiguous = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            try {
                JwtKey key = key(entries.get(i));
                Name name = new Name(key.id(), key.family());
                JwtKey other = keys.get(name);
                JwtKey both = other == null ? key : other.and(key);
                if (both != null) {
                    keys.put(name, both);
                } else {
                    ambiguous.add(name);
                    notes.add("two different keys have the id " + shown(key.id()) + ": neither is used");
                }
            } catch (IllegalArgumentException unusable) {
                notes.add("key " + (i + 1) + " is left out: " + unusable.getMessage());
            }
        }
        ambiguous.forEach(keys::remove);
        if (keys.isEmpty() && !entries.isEmpty()) {
            throw new BadKeySet("has no usable key" + (notes.isEmpty() ? "" : ": " + notes.getFirst()));
        }
        return new JwtKeys(Map.copyOf(keys), List.copyOf(notes));
    }

    private static List<?> entries(byte[] json) throws BadKeySet {
        if (json.length > MAX_BYTES) {
            throw new BadKeySet("is larger than " + MAX_BYTES + " bytes");
        }
        try {
            if (JsonValues.read(json) instanceof Map<?, ?> set && set.get("keys") instanceof List<?> entries) {
                if (entries.size() > MAX_KEYS) {
                    throw new BadKeySet("has " + entries.size() + " keys: expected at most " + MAX_KEYS);
                }
                return entries;
            }
        } catch (MalformedBody e) {
            throw new BadKeySet("is not valid JSON: " + e.getMessage());
        }
        throw new BadKeySet("is not a key set: expected an object with a list \"keys\"");
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    private static JwtKey key(Object entry) {
        if (!(entry instanceof Map<?, ?> members)) {
            throw new IllegalArgumentException("it is not an object");
        }
        JWK jwk;
        try {
            jwk = JWK.parse((Map<String, Object>) members);
        } catch (ParseException | RuntimeException e) {
            throw new IllegalArgumentException("it cannot be read: " + shown(e.getMessage()), e);
        }
        if (jwk.getKeyID() != null && jwk.getKeyID().length() > MAX_ID) {
            throw new IllegalArgumentException("its id is longer than " + MAX_ID + " characters");
        }
        return JwtKey.of(jwk);
    }

    /** Returns a text of a key set for a message, cut and without control characters. */
    private static String shown(@Nullable String text) {
        String some = String.valueOf(text);
        return some.substring(0, Math.min(some.length(), MAX_SHOWN)).replaceAll("\\p{Cntrl}", "?");
    }

    /**
     * Returns the key for a token, or null.
     *
     * @param id the token's {@code kid}; without one the key must be the only one that fits
     */
    @Nullable
    JwtKey find(@Nullable String id, JwtAlgorithm algorithm) {
        if (id != null) {
            JwtKey key = byName.get(new Name(id, algorithm.family()));
            return key != null && key.fits(algorithm) ? key : null;
        }
        JwtKey only = null;
        for (JwtKey key : byName.values()) {
            if (key.fits(algorithm)) {
                if (only != null) {
                    return null;
                }
                only = key;
            }
        }
        return only;
    }

    /** Returns whether a key is still in the set. */
    boolean holds(JwtKey key) {
        JwtKey current = byName.get(new Name(key.id(), key.family()));
        return current != null && current.isSame(key);
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    int size() {
        return byName.size();
    }

    /** Returns descriptions of the keys that are not used. */
    List<String> notes() {
        return notes;
    }
}
