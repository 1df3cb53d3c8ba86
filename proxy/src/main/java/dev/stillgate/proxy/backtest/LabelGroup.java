package dev.stillgate.proxy.backtest;

import java.util.ArrayList;
import java.util.List;

/** All exchanges of one campaign, or of one group of honest accounts. */
final class LabelGroup {
    private final String name;
    private final boolean campaign;
    private final Harvest harvest = new Harvest();
    private final List<Membership> members = new ArrayList<>();

    /**
     * A group without members.
     *
     * @param name such as {@code campaign:x} or {@code honest:chat}
     */
    LabelGroup(String name, boolean campaign) {
        this.name = name;
        this.campaign = campaign;
    }

    /**
     * An account with an exchange of the group.
     *
     * @param since when it had its first
     */
    record Membership(LoggedAccount account, LabelGroup group, long since) {}

    String name() {
        return name;
    }

    boolean isCampaign() {
        return campaign;
    }

    Harvest harvest() {
        return harvest;
    }

    Membership join(LoggedAccount account, long ts) {
        Membership member = new Membership(account, this, ts);
        members.add(member);
        return member;
    }

    List<Membership> members() {
        return members;
    }
}
