package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Network;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Allow-list of the policy. Exchanges of allowed accounts, organisations and networks are not observed. Allowed clients
 * and system prompts are only removed from observations, because any client can send them. Counts what was hidden, for
 * operators. Thread-safe.
 */
public final class AllowList {
    private final Map<String, Entry> accounts = new HashMap<>();
    private final Map<String, Entry> organisations = new HashMap<>();
    private final Map<String, Entry> clients = new HashMap<>();
    private final Map<String, Entry> systems = new HashMap<>();
    private final Map<Network, Entry> networks = new LinkedHashMap<>();
    private final List<Entry> all = new ArrayList<>();

    public AllowList(AllowPolicy policy, FilterContext context) {
        fill("accounts", policy.accounts(), accounts, context);
        fill("organisations", policy.organisations(), organisations, context);
        fill("clients", policy.clients(), clients, context);
        fill("systems", policy.systems(), systems, context);
        Map<String, Entry> byText = new LinkedHashMap<>();
        fill("networks", policy.networks(), byText, context);
        byText.forEach((text, entry) -> networks.put(Network.parse(text), entry));
    }

    private void fill(String kind, @Nullable List<String> values, Map<String, Entry> into, FilterContext context) {
        Counter counter = context.counter("stillgate.fingerprint.allowed", "by", kind);
        for (String value : Objects.requireNonNullElse(values, List.<String>of())) {
            Entry entry = new Entry(kind, value, counter, new LongAdder(), ConcurrentHashMap.newKeySet());
            if (into.put(value, entry) == null) {
                all.add(entry);
            }
        }
    }

    /** An allowed value with the number of exchanges and the accounts that it hid. */
    private record Entry(String kind, String value, Counter counter, LongAdder exchanges, Set<String> hidden) {
        private static final int MAX_LISTED = 100;

        void hide(String account) {
            counter.increment();
            exchanges.increment();
            if (hidden.size() < MAX_LISTED) {
                hidden.add(account);
            }
        }

        Map<String, Object> page() {
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("by", kind);
            page.put("value", value);
            page.put("exchanges", exchanges.sum());
            page.put("accounts", new TreeSet<>(hidden));
            return page;
        }
    }

    /** Returns whether an exchange must not be observed, and counts it if so. */
    boolean hides(Account account, InetAddress address) {
        if (all.isEmpty()) {
            return false;
        }
        Entry entry = accounts.get(account.id());
        String organisation = account.organisation();
        if (entry == null && organisation != null) {
            entry = organisations.get(organisation);
        }
        if (entry == null) {
            entry = network(address);
        }
        if (entry != null) {
            entry.hide(account.id());
        }
        return entry != null;
    }

    private @Nullable Entry network(InetAddress address) {
        for (Map.Entry<Network, Entry> network : networks.entrySet()) {
            if (network.getKey().contains(address)) {
                return network.getValue();
            }
        }
        return null;
    }

    /** Clears the client and prompt features that are allowed, so that accounts are not compared by them. */
    void strip(Observation seen) {
        Entry client = clients.get(seen.software);
        if (client != null) {
            client.hide(seen.account);
            seen.client = 0;
        }
        PromptFeatures prompt = seen.prompt;
        if (prompt == null || systems.isEmpty()) {
            return;
        }
        long system = unlessAllowed(prompt.system, seen);
        prompt.systemShingle = system == prompt.system ? prompt.systemShingle : 0;
        prompt.system = system;
        prompt.tools = unlessAllowed(prompt.tools, seen);
        long opening = unlessAllowed(prompt.opening, seen);
        if (opening != prompt.opening) {
            prompt.opening = opening;
            Arrays.fill(prompt.sketch, 0); // derived from the same template
        }
    }

    private long unlessAllowed(long hash, Observation seen) {
        Entry entry = hash == 0 ? null : systems.get(Observation.digits(hash));
        if (entry == null) {
            return hash;
        }
        entry.hide(seen.account);
        return 0;
    }

    /** Forgets the names of erased accounts. */
    public void forget(Predicate<String> isErased) {
        all.forEach(entry -> entry.hidden.removeIf(isErased));
    }

    /**
     * Returns for each allowed value the number of exchanges and up to 100 accounts that it hid since the policy came
     * into force.
     */
    public List<Map<String, Object>> hidden() {
        return all.stream().map(Entry::page).toList();
    }
}
