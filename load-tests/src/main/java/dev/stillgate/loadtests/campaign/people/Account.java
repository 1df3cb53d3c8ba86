package dev.stillgate.loadtests.campaign.people;

import dev.stillgate.loadtests.campaign.text.Voice;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * An account of the API.
 *
 * @param organisation what the operator knows it to belong to
 */
public record Account(
        String id,
        @Nullable String organisation,
        LocalDate created,
        boolean verified,
        Client client,
        Whereabouts whereabouts,
        Voice voice) {

    /** Returns the entry of accounts.yaml. */
    public String entry(String keys) {
        String org = organisation == null ? "" : ", organisation: " + organisation;
        return "  - {id: " + id + ", keys: [" + keys + "]" + org + ", tier: standard, verified: " + verified
                + ", created: " + created + "}\n";
    }
}
