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
     * Creates a group without members.
     *
     * @param name the name, such as {@code campaign:x} or {@code honest:chat}
     */
    LabelGroup(String name, boolean campaign) {
        this.name = name;
        this.campaign = campaign;
    }

    /**
     * An account with an exchange in the group.
     *
     * @param since when its first exchange in the group began, in milliseconds since the epoch
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
