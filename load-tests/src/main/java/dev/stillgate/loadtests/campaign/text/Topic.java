package dev.stillgate.loadtests.campaign.text;

import java.util.HashMap;
import java.util.Map;

/** A topic with its vocabulary. */
public final class Topic {
    private final Map<String, Rule> slots = new HashMap<>();

    Rule slot(String slot) {
        return slots.computeIfAbsent(slot, key -> new Rule());
    }
}
