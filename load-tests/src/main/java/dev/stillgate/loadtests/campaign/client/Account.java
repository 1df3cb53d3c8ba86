package dev.stillgate.loadtests.campaign.client;

import dev.stillgate.loadtests.campaign.text.WritingStyle;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * An account of the API.
 *
 * @param organisation the organisation that the operator knows, null if unknown
 */
public record Account(
        String id,
        @Nullable String organisation,
        LocalDate created,
        boolean verified,
        Client client,
        Location location,
        WritingStyle style) {

    /** Returns its line in accounts.yaml. */
    public String entry(String keys) {
        String org = organisation == null ? "" : ", organisation: " + organisation;
        return "  - {id: " + id + ", keys: [" + keys + "]" + org + ", tier: standard, verified: " + verified
                + ", created: " + created + "}\n";
    }
}
