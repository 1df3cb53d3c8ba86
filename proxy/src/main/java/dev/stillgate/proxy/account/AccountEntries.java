package dev.stillgate.proxy.account;

import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Network;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Validates the entries of {@code accounts.yaml} and collects them into an {@link AccountTable}. Used by both parsers
 * of the file. For each entry, call {@link #begin}, the field methods and {@link #end}. Invalid values raise an
 * {@link IllegalArgumentException} with a message for the operator.
 */
final class AccountEntries {
    private static final int MAX_TEXT = 128;
    private static final int MAX_REGION = 16;
    private static final int MAX_KEYS = 1_000;
    private static final int MAX_MODELS = 64;
    private static final int MAX_NETWORKS = 64;
    private static final int HEX_DIGITS = 32;

    /** Value of the fact of every decoy; it has the form of a hash. */
    private static final String DECOY = "h:0000000000000000000000";

    private final List<String> secretNames;
    private final AccountTable.Builder table;
    private final CreationTimes times = new CreationTimes();
    private final Map<String, Integer> unknownSecrets = new TreeMap<>();
    private final List<String> keys = new ArrayList<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<String> models = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final Map<String, Account> byId = new HashMap<>();
    private final boolean keepsIds;

    private @Nullable String id;
    private @Nullable String organisation;
    private @Nullable String tier;
    private @Nullable String region;
    private @Nullable Instant created;
    private @Nullable Instant until;
    private boolean verified;
    private boolean disabled;

    AccountEntries(List<String> secretNames) {
        this(secretNames, false);
    }

    /**
     * Creates an empty collector.
     *
     * @param secretNames the names of the configured secrets
     * @param keepsIds whether the accounts are also collected for {@link #byId}
     */
    AccountEntries(List<String> secretNames, boolean keepsIds) {
        this.secretNames = secretNames;
        this.keepsIds = keepsIds;
        this.table = new AccountTable.Builder(secretNames.size());
    }

    void begin() {
        id = null;
        organisation = null;
        tier = null;
        region = null;
        created = null;
        until = null;
        verified = false;
        disabled = false;
        keys.clear();
        facts.clear();
        models.clear();
        networks.clear();
    }

    void id(String value) {
        String checked = checked(value);
        if (checked.equals(Account.ANONYMOUS.id()) || isKey(checked)) {
            throw new IllegalArgumentException(
                    "the id \"" + checked + "\" is reserved for unlisted accounts: expected another id");
        }
        id = checked;
    }

    void organisation(String value) {
        organisation = checked(value);
    }

    void tier(String value) {
        tier = checked(value);
    }

    void region(String value) {
        if (!isRegion(value)) {
            throw new IllegalArgumentException(
                    "a region: expected 1 to " + MAX_REGION + " letters, digits and hyphens, found \"" + value + "\"");
        }
        region = value;
    }

    private static boolean isRegion(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_REGION
                && text.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '-'));
    }

    void verified(String value) {
        verified = flag(value);
    }

    /** Adds a fact by which filters know a decoy. */
    void decoy(String value) {
        if (flag(value)) {
            add(Account.DECOY, DECOY);
        }
    }

    void disabled(String value) {
        disabled = flag(value);
    }

    /** Sets the time from which the account is refused; a date is the last day on which it is not. */
    void until(String value) {
        Instant time = times.parse(value);
        until = CreationTimes.isDate(value) ? time.plus(1, ChronoUnit.DAYS) : time;
    }

    /** Adds a model that the account may use. */
    void model(String value) {
        String name = checked(value);
        int star = name.indexOf('*');
        if (star >= 0 && star < name.length() - 1) {
            throw new IllegalArgumentException("expected * at the end only, found \"" + name + "\"");
        }
        if (models.size() == MAX_MODELS) {
            throw new IllegalArgumentException("more than " + MAX_MODELS + " models for one account");
        }
        models.add(name);
    }

    /** Adds a network from which the account may be used. */
    void network(String value) {
        if (networks.size() == MAX_NETWORKS) {
            throw new IllegalArgumentException("more than " + MAX_NETWORKS + " networks for one account");
        }
        networks.add(Network.parse(value));
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> throw new IllegalArgumentException("expected true or false, found \"" + value + "\"");
        };
    }

    void created(String value) {
        created = times.parse(value);
    }

    /** Adds a fact. Messages do not contain the value, which may be clear text of a customer. */
    void fact(String name, String value) {
        if (!FactHash.isName(name)) {
            throw new IllegalArgumentException("a fact's name: expected 1 to 40 of a-z, 0-9 and -");
        }
        if (!FactHash.isHash(value)) {
            throw new IllegalArgumentException("the fact " + name + " is not a hash: expected h: and 22 to 64 letters,"
                    + " digits, - or _, as `stillgate hash-fact " + name + "` prints it");
        }
        if (name.equals(Account.DECOY)) {
            throw new IllegalArgumentException("decoy is not a fact: expected decoy: true beside the facts");
        }
        add(name, value);
    }

    private void add(String name, String value) {
        if (facts.put(name, value) != null) {
            throw new IllegalArgumentException("duplicate fact \"" + name + "\"");
        }
        if (facts.size() > Account.MAX_FACTS) {
            throw new IllegalArgumentException("more than " + Account.MAX_FACTS + " facts for one account");
        }
    }

    void key(String value) {
        if (!isKey(value)) {
            throw new IllegalArgumentException("expected a hash from `stillgate hash-key`, h1: and 32 hex digits");
        }
        if (keys.size() == MAX_KEYS) {
            throw new IllegalArgumentException("more than " + MAX_KEYS + " keys for one account");
        }
        keys.add(value);
    }

    /** Adds the current entry to the table. */
    void end() {
        if (id == null) {
            throw new IllegalArgumentException("the key \"id\" is missing");
        }
        boolean restricted = disabled || until != null || !models.isEmpty() || !networks.isEmpty();
        if (facts.containsKey(Account.DECOY) && (verified || organisation != null || restricted)) {
            throw new IllegalArgumentException("decoy: expected an account without verified, organisation, models,"
                    + " networks, until and disabled");
        }
        int account = table.account(id, organisation, tier, verified, created, facts, region);
        if (account < 0) {
            throw new IllegalArgumentException("duplicate id \"" + id + "\"");
        }
        Access access = restricted ? new Access(models, networks, until, disabled) : null;
        if (access != null) {
            table.access(account, access);
        }
        if (keepsIds) {
            byId.put(id, new Account(id, Trust.LISTED, organisation, tier, verified, created, facts, region, access));
        }
        for (int i = 0; i < keys.size(); i++) {
            add(keys.get(i), account);
        }
    }

    /** Returns the accounts by id; empty unless the constructor's {@code keepsIds} was set. */
    Map<String, Account> byId() {
        return byId;
    }

    AccountTable build() {
        return table.build();
    }

    /** Returns the number of keys that refer to a secret that is not configured, by the secret's name. */
    Map<String, Integer> unknownSecrets() {
        return unknownSecrets;
    }

    private void add(String key, int account) {
        int digits = key.length() - HEX_DIGITS;
        int secret = secret(key, digits - 1);
        if (secret < 0) {
            unknownSecrets.merge(key.substring(0, digits - 1), 1, Integer::sum);
            return;
        }
        long hi = HexFormat.fromHexDigitsToLong(key, digits, digits + 16);
        long lo = HexFormat.fromHexDigitsToLong(key, digits + 16, digits + 32);
        if (!table.key(secret, hi, lo, account)) {
            throw new IllegalArgumentException("duplicate key " + key);
        }
    }

    private int secret(String key, int colon) {
        for (int i = 0; i < secretNames.size(); i++) {
            String name = secretNames.get(i);
            if (name.length() == colon && key.startsWith(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether a text has the form of a key: {@code h}, one to four digits, a colon and 32 hex digits. */
    private static boolean isKey(String text) {
        int colon = text.length() - HEX_DIGITS - 1;
        if (colon < 2 || colon > 5 || text.charAt(0) != 'h' || text.charAt(colon) != ':') {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (i != colon && !digit && !(i > colon && hex)) {
                return false;
            }
        }
        return true;
    }

    private static String checked(String value) {
        if (value.isEmpty() || value.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "a text of " + value.length() + " characters: expected 1 to " + MAX_TEXT);
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new IllegalArgumentException("control characters are not allowed: \"" + value + "\"");
            }
        }
        return value;
    }
}
