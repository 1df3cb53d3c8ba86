package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.likeness.CampaignModel;
import dev.stillgate.fingerprint.likeness.ConfirmedAccount;
import dev.stillgate.fingerprint.likeness.Resemblance;
import dev.stillgate.fingerprint.likeness.TraitEvidence;
import dev.stillgate.fingerprint.signal.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parts of pages about accounts that resemble a confirmed campaign, and the page of the models. */
final class LikenessReport {
    private static final int MAX_LISTED = 100;

    private final Analyst analyst;

    LikenessReport(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns the campaign that an account resembles most, with the evidence of each trait; null for none. */
    @Nullable
    Map<String, Object> resemblance(int accountIndex) {
        Resemblance closest = analyst.likeness().closest(analyst.table(), accountIndex);
        return closest == null ? null : shown(closest);
    }

    static Map<String, Object> shown(Resemblance resemblance) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("campaign", resemblance.model().id());
        shown.put("score", PageValues.rounded(resemblance.score()));
        shown.put("p", resemblance.p());
        shown.put("leastP", resemblance.leastP());
        shown.put("reach", PageValues.name(resemblance.reach()));
        shown.put("proposed", resemblance.isProposed());
        shown.put(
                "because",
                resemblance.explanation().stream().map(LikenessReport::shown).toList());
        return shown;
    }

    private static Map<String, Object> shown(TraitEvidence evidence) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("trait", evidence.trait());
        shown.put("above", finite(evidence.above()));
        shown.put("upTo", finite(evidence.upTo()));
        shown.put("logOdds", PageValues.rounded(evidence.logRatio()));
        return shown;
    }

    /** Returns the model of a cluster's confirmed accounts, null if none are confirmed. */
    @Nullable
    Map<String, Object> model(String cluster) {
        return analyst.likeness().models().stream()
                .filter(model -> model.id().equals(cluster))
                .findFirst()
                .map(this::shown)
                .orElse(null);
    }

    /** Returns the accounts that resemble a campaign without being its confirmed accounts, the most similar first. */
    List<Map<String, Object>> resembling(String cluster, int limit) {
        return analyst.likeness().found().stream()
                .filter(found -> found.model().id().equals(cluster) && !found.isReference())
                .sorted(Comparator.comparingDouble(Resemblance::score).reversed())
                .limit(limit)
                .map(this::withAccount)
                .toList();
    }

    private Map<String, Object> withAccount(Resemblance resemblance) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("account", id(resemblance.account()));
        shown.putAll(shown(resemblance));
        return shown;
    }

    private Map<String, Object> shown(CampaignModel model) {
        List<Map<String, Object>> unlike = new ArrayList<>();
        for (ConfirmedAccount account : model.confirmed()) {
            if (account.unlike() && unlike.size() < MAX_LISTED) {
                Map<String, Object> shown = new LinkedHashMap<>();
                shown.put("account", id(account.account()));
                shown.put("score", PageValues.rounded(account.score()));
                shown.put("p", account.p());
                unlike.add(shown);
            }
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", model.id());
        shown.put("confirmed", model.confirmed().size());
        shown.put("unlikeTheOthers", unlike);
        shown.put("agrees", model.agrees());
        shown.put(
                "resemblingReferences",
                model.resemblingReferences().stream().map(this::id).toList());
        return shown;
    }

    private String id(int accountIndex) {
        return analyst.table().index().id(accountIndex);
    }

    /** Returns the promise, the models, and the newcomers that wait for a judgement. */
    Map<String, Object> calibration() {
        Promise promise = analyst.settings().review().promise();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("promised", Map.of("falseDiscoveries", promise.falseDiscoveries()));
        page.put(
                "models",
                analyst.likeness().models().stream()
                        .limit(MAX_LISTED)
                        .map(this::shown)
                        .toList());
        page.put("dueNewcomers", analyst.likeness().dueNewcomers());
        return page;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
