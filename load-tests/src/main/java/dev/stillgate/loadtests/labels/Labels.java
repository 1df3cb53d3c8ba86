package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.Backtest;
import dev.stillgate.proxy.backtest.BacktestFindings;
import dev.stillgate.proxy.backtest.LoggedAccount;
import dev.stillgate.proxy.backtest.Report;
import dev.stillgate.proxy.backtest.TextVolume;
import dev.stillgate.proxy.backtest.VirtualResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Evaluator of labelled exchanges. A label is {@code honest:GROUP}, {@code campaign:NAME} or {@code campaign:NAME/cover}
 * for cover traffic: ordinary requests that a campaign's account mixes in. Not thread-safe.
 */
public final class Labels implements Backtest.Listener {
    private static final String HONEST = "honest:";
    private static final String CAMPAIGN = "campaign:";
    private static final String COVER = "/cover";

    private final Map<String, LabelGroup> groups = new TreeMap<>();
    private final boolean closedLoop;

    /** @param closedLoop whether clients react to the responses; otherwise requests come as logged */
    public Labels(boolean closedLoop) {
        this.closedLoop = closedLoop;
    }

    @Override
    public void exchange(String label, LoggedAccount account, long millis, VirtualResponse response) {
        if (!label.isEmpty()) {
            begin(label, account, millis);
            count(label, account, millis, response.text(), response.refusedForStanding());
        }
    }

    /** Makes an account a member of a label's group. */
    public void begin(String label, LoggedAccount account, long millis) {
        group(label).members.putIfAbsent(account, millis);
    }

    /**
     * Adds text to a label's group; cover traffic has none. A closed loop calls this once for each response that a client
     * wants, when its fate is known: a refused request may be sent again, by another account.
     *
     * @param account the account that asked for it last
     * @param millis when it was first asked for, in milliseconds since the epoch
     * @param refusedForStanding whether an attempt was refused because of a standing
     */
    public void count(String label, LoggedAccount account, long millis, TextVolume text, boolean refusedForStanding) {
        LabelGroup group = group(label);
        if (!isCover(label)) {
            group.add(account, millis, text, refusedForStanding);
        }
    }

    private LabelGroup group(String label) {
        String name = isCover(label) ? label.substring(0, label.length() - COVER.length()) : label;
        String kind = name.startsWith(CAMPAIGN) ? CAMPAIGN : HONEST;
        if (!name.startsWith(kind) || name.length() == kind.length()) {
            throw new IllegalArgumentException(
                    "label: expected honest:GROUP, campaign:NAME or campaign:NAME/cover, not " + label);
        }
        return groups.computeIfAbsent(name, absent -> new LabelGroup());
    }

    private static boolean isCover(String label) {
        return label.startsWith(CAMPAIGN) && label.endsWith(COVER);
    }

    boolean isClosedLoop() {
        return closedLoop;
    }

    /** Returns the campaigns by name. */
    Map<String, CampaignFigures> campaigns() {
        Map<String, CampaignFigures> campaigns = new LinkedHashMap<>();
        named(CAMPAIGN).forEach((name, group) -> campaigns.put(name, CampaignFigures.of(group)));
        return campaigns;
    }

    /** Returns the groups of honest accounts by name. */
    Map<String, HonestFigures> honestGroups() {
        Map<String, HonestFigures> honest = new LinkedHashMap<>();
        named(HONEST).forEach((name, group) -> honest.put(name, HonestFigures.of(List.of(group))));
        return honest;
    }

    /** Returns the figures over all groups of honest accounts. */
    HonestFigures honest() {
        return HonestFigures.of(named(HONEST).values());
    }

    private Map<String, LabelGroup> named(String kind) {
        Map<String, LabelGroup> named = new LinkedHashMap<>();
        groups.forEach((name, group) -> {
            if (name.startsWith(kind)) {
                named.put(name.substring(kind.length()), group);
            }
        });
        return named;
    }

    /**
     * Writes the report of a backtest with the figures of the labels.
     *
     * @param further additional members by name
     * @throws IOException if it cannot be written
     */
    public void write(BacktestFindings findings, Map<String, ?> further, Path file) throws IOException {
        Map<String, Object> labels = new TreeMap<>();
        campaigns().forEach((name, figures) -> labels.put(CAMPAIGN + name, figures));
        honestGroups().forEach((name, figures) -> labels.put(HONEST + name, figures));
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("closedLoop", closedLoop);
        members.put("labels", labels);
        members.put("honest", honest());
        members.put("overall", CampaignFigures.Overall.of(campaigns().values()));
        members.putAll(further);
        Report.write(findings, members, file);
    }
}
