package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.GroupText;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.Standing;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text that accounts asked for, by their standing at that time and by cluster. Not thread-safe. */
final class RequestedText {
    private final Map<Standing, GroupText> byStanding = new EnumMap<>(Standing.class);
    private final AccountTable table;
    private final Ladder ladder;

    RequestedText(AccountTable table, Ladder ladder) {
        this.table = table;
        this.ladder = ladder;
    }

    void count(Observation seen, @Nullable Cluster cluster) {
        double typical = seen.refusedPrompts == 0 ? 0 : typicalResponse(seen.account);
        GroupText more = GroupText.of(seen, typical);
        byStanding.merge(ladder.standing(seen.account), more, GroupText::plus);
        if (cluster != null) {
            cluster.text = cluster.text.plus(more);
        }
    }

    private double typicalResponse(String account) {
        int number = table.index().find(account);
        return number == AccountIndex.NONE ? 0 : table.profile(number).meanResponse();
    }

    Map<Standing, GroupText> byStanding() {
        return Map.copyOf(byStanding);
    }
}
