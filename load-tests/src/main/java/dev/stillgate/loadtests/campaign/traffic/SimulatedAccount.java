package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.spi.Account;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An account of the API.
 *
 * @param entry its entry in {@code accounts.yaml}, with the time of its creation
 * @param label label of its exchanges, without {@code /cover}
 */
public record SimulatedAccount(Account entry, String label, Client client, Location location, WritingStyle style) {

    public String id() {
        return entry.id();
    }

    /** Returns its line in accounts.yaml. With facts, the time of its creation is exact, otherwise a date. */
    public String line() {
        String org = entry.organisation() == null ? "" : ", organisation: " + entry.organisation();
        Instant created = Objects.requireNonNull(entry.created());
        String since =
                (entry.facts().isEmpty() ? created.atOffset(ZoneOffset.UTC).toLocalDate() : created).toString();
        return "  - {id: " + id() + ", keys: []" + org + ", tier: " + entry.tier() + ", verified: " + entry.verified()
                + ", created: " + since + shownFacts() + "}\n";
    }

    private String shownFacts() {
        return entry.facts().isEmpty()
                ? ""
                : new TreeMap<>(entry.facts())
                        .entrySet().stream()
                                .map(fact -> fact.getKey() + ": \"" + fact.getValue() + '"')
                                .collect(Collectors.joining(", ", ", facts: {", "}"));
    }
}
