package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.JoinWatch;
import dev.stillgate.fingerprint.join.JoinScore;
import dev.stillgate.fingerprint.join.TraitWeight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evidence that accounts belong to confirmed campaigns, for pages. */
final class JoinEvidence {
    /** Number of campaigns that an account's page shows. */
    private static final int MOST_CAMPAIGNS = 3;

    private JoinEvidence() {}

    /** Returns the evidence about an account and the campaigns that it resembles most. */
    static List<Map<String, Object>> of(JoinWatch joins, int account) {
        return joins.evidence(account).stream()
                .limit(MOST_CAMPAIGNS)
                .map(JoinEvidence::shown)
                .toList();
    }

    private static Map<String, Object> shown(JoinWatch.Evidence evidence) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("campaign", evidence.cluster());
        shown.put("starts", evidence.starts());
        shown.put("joinedAt", evidence.joinedAt() == 0 ? null : evidence.joinedAt());
        shown.put("newcomer", evidence.isNewcomer());
        shown.put("score", shown(evidence.score()));
        shown.put("references", evidence.most().references());
        shown.put(
                "greatestReference",
                parts(
                        evidence.most().total().score(),
                        evidence.most().asked().score(),
                        evidence.most().origin().score()));
        shown.put("traits", evidence.traits().stream().map(JoinEvidence::shown).toList());
        return shown;
    }

    /** Returns the campaign that a known customer resembles. */
    static Map<String, Object> shown(JoinWatch.Resembling customer) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("campaign", customer.cluster());
        shown.put("score", shown(customer.score()));
        shown.put("stopsJoins", customer.stops());
        return shown;
    }

    private static Map<String, Object> shown(JoinScore score) {
        return parts(score.total(), score.asked(), score.origin());
    }

    private static Map<String, Object> parts(double total, double asked, double origin) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("total", PageValues.rounded(total));
        shown.put("asked", PageValues.rounded(asked));
        shown.put("origin", PageValues.rounded(origin));
        return shown;
    }

    private static Map<String, Object> shown(TraitWeight weight) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("trait", weight.trait());
        shown.put("side", PageValues.name(weight.side()));
        shown.put("value", PageValues.hex(weight.value()));
        shown.put("logOdds", PageValues.rounded(weight.logRatio()));
        shown.put("shareInCampaign", PageValues.rounded(weight.campaignShare()));
        shown.put("shareAmongKnown", PageValues.rounded(weight.backgroundShare()));
        return shown;
    }
}
