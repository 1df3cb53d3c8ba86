package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.WritingStyle;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An account of the API.
 *
 * @param label label of its exchanges, without {@code /cover}
 * @param organisation the organisation that the operator knows, null if unknown
 * @param facts registration facts as opaque hashes by name, empty if the operator exports none
 */
public record SimulatedAccount(
        String id,
        String label,
        @Nullable String organisation,
        Instant created,
        boolean verified,
        Map<String, String> facts,
        Client client,
        Location location,
        WritingStyle style) {

    /** Returns its line in accounts.yaml. With facts, the time of its creation is exact, otherwise a date. */
    public String entry(String keys) {
        String org = organisation == null ? "" : ", organisation: " + organisation;
        String since = (facts.isEmpty() ? created.atOffset(ZoneOffset.UTC).toLocalDate() : created).toString();
        return "  - {id: " + id + ", keys: [" + keys + "]" + org + ", tier: standard, verified: " + verified
                + ", created: " + since + shownFacts() + "}\n";
    }

    private String shownFacts() {
        return facts.isEmpty()
                ? ""
                : new TreeMap<>(facts)
                        .entrySet().stream()
                                .map(fact -> fact.getKey() + ": \"" + fact.getValue() + '"')
                                .collect(Collectors.joining(", ", ", facts: {", "}"));
    }
}
