package dev.stillgate.proxy.observe;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoRefusal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lookup of an account's last refusal over all event loops, in the form shown by the admin pages. */
public final class RefusalLookup {
    private final Supplier<List<LastRefusals>> loops;

    public RefusalLookup(Supplier<List<LastRefusals>> loops) {
        this.loops = loops;
    }

    /** Returns the last refusal of an account, null when none is stored. */
    @Nullable
    public Map<String, Object> of(String account) {
        LastRefusals.Refusal last = null;
        for (LastRefusals refusals : loops.get()) {
            LastRefusals.Refusal refusal = refusals.of(account);
            if (refusal != null && (last == null || refusal.millis() > last.millis())) {
                last = refusal;
            }
        }
        return last == null ? null : page(last);
    }

    private static Map<String, Object> page(LastRefusals.Refusal refusal) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("at", Instant.ofEpochMilli(refusal.millis()));
        page.put("filter", refusal.filter());
        page.put("code", refusal.code());
        if (refusal.details() != null) {
            page.put("details", refusal.details());
        }
        page.put("status", refusal.status());
        page.put("requestId", refusal.requestId());
        if (refusal.geo() != null) {
            page.put("geo", geo(refusal.geo()));
        }
        return page;
    }

    /** Returns the known facts about a refused address. */
    public static Map<String, Object> geo(GeoRefusal refusal) {
        Map<String, Object> page = new LinkedHashMap<>();
        GeoFacts facts = refusal.facts();
        if (facts.country() != null) {
            page.put("country", facts.country());
        }
        if (facts.asn() != 0) {
            page.put("asn", facts.asn());
        }
        if (facts.network() != null) {
            page.put("network", facts.network());
        }
        if (!facts.anonymisers().isEmpty()) {
            page.put("anonymisers", facts.anonymisers().stream().sorted().toList());
        }
        page.put("databases", refusal.databases());
        return page;
    }
}
