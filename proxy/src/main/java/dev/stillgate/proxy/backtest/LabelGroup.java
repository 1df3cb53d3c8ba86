package dev.stillgate.proxy.backtest;

import java.util.ArrayList;
import java.util.List;

/** All requests of one campaign, or of one group of honest accounts. */
final class LabelGroup {
    private final String name;
    private final boolean campaign;
    private final TextVolumes volumes = new TextVolumes();
    private long refusedForStanding;
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

    /** Returns the name without its kind, such as {@code chat}. */
    String shortName() {
        return name.substring(name.indexOf(':') + 1);
    }

    boolean isCampaign() {
        return campaign;
    }

    /** Counts a request of the group. */
    void add(long ts, TextVolume asked, boolean wasRefusedForStanding) {
        volumes.add(ts, asked);
        refusedForStanding += wasRefusedForStanding ? 1 : 0;
    }

    /** Returns the text that the group asked for, without cover traffic. */
    TextVolumes volumes() {
        return volumes;
    }

    /** Returns the number of requests that were refused because of a standing, without cover traffic. */
    long refusedForStanding() {
        return refusedForStanding;
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
