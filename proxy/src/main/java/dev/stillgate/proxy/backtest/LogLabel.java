package dev.stillgate.proxy.backtest;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The label of a log line, invisible to filters: {@code honest:GROUP}, {@code campaign:NAME} or {@code
 * campaign:NAME/cover}.
 *
 * @param group the group of the exchange, null for an unlabelled line
 * @param cover whether the exchange is cover traffic: an ordinary request that a campaign's account mixes in
 */
record LogLabel(@Nullable LabelGroup group, boolean cover) {
    /** The label of an unlabelled line. */
    static final LogLabel NONE = new LogLabel(null, false);

    private static final String HONEST = "honest:";
    private static final String CAMPAIGN = "campaign:";
    private static final String COVER = "/cover";
    private static final int MOST_GROUPS = 4096;

    /** The groups met so far, by name. */
    static final class Groups {
        private final Map<String, LabelGroup> byName = new TreeMap<>();

        Map<String, LabelGroup> byName() {
            return byName;
        }

        /** Parses a label. */
        LogLabel parse(String text) throws BrokenLine {
            boolean cover = text.startsWith(CAMPAIGN) && text.endsWith(COVER);
            String name = cover ? text.substring(0, text.length() - COVER.length()) : text;
            String kind = name.startsWith(CAMPAIGN) ? CAMPAIGN : HONEST;
            if (!name.startsWith(kind) || name.length() == kind.length()) {
                throw new BrokenLine("expected honest:GROUP, campaign:NAME or campaign:NAME/cover");
            }
            LabelGroup group = byName.get(name);
            if (group == null) {
                if (byName.size() == MOST_GROUPS) {
                    throw new BrokenLine("more than " + MOST_GROUPS + " different labels");
                }
                group = new LabelGroup(name, kind.equals(CAMPAIGN));
                byName.put(name, group);
            }
            return new LogLabel(group, cover);
        }
    }
}
