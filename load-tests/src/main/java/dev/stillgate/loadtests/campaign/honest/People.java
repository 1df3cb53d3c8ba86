package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.draw.Rhythm;
import dev.stillgate.loadtests.campaign.people.Author;
import dev.stillgate.loadtests.campaign.people.Client;
import dev.stillgate.loadtests.campaign.people.ClientKind;
import dev.stillgate.loadtests.campaign.people.Country;
import dev.stillgate.loadtests.campaign.people.Network;
import dev.stillgate.loadtests.campaign.people.Networks;
import dev.stillgate.loadtests.campaign.people.Taste;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import dev.stillgate.loadtests.campaign.talk.Scripts;
import dev.stillgate.loadtests.campaign.talk.Talk;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.util.List;

/** Customers who talk with the model themselves. */
final class People {
    private static final double CHAT_TURNS = 2.6;
    private static final double CHAT_PAUSE = 45;
    private static final byte[] NO_SYSTEM = {};
    private static final List<String> PLAIN_SYSTEMS = List.of(
            "You are a helpful assistant.",
            "You are a helpful assistant. Answer concisely.",
            "Be brief and precise.",
            "You are ChatBuddy, a friendly helper.");

    private People() {}

    static void chat(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Country country = Country.english(dice);
            chatter(census, "chat", dice, country, Whereabouts.home(dice.child("home"), country.code()));
        }
    }

    static void languages(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Country country = Country.other(dice);
            chatter(census, "languages", dice, country, Whereabouts.home(dice.child("home"), country.code()));
        }
    }

    static void campus(Census census, Dice group, int count) {
        int campuses = Math.max(1, count / 50);
        for (int i = 0; i < count; i++) {
            Dice campus = group.child("campus").child(i % campuses);
            Network network = Networks.any(Network.Kind.CAMPUS, campus);
            List<String> gates = Whereabouts.addresses(campus, network, 3);
            Dice dice = group.child(i);
            Country country = Country.english(campus);
            Whereabouts place = Whereabouts.pool(dice.child("gate"), gates);
            if (dice.chance(0.5)) {
                pupil(census, "campus", dice, country, place);
            } else {
                chatter(census, "campus", dice, country, place);
            }
        }
    }

    static void vpn(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            int exit = dice.below(6);
            List<String> exits = Whereabouts.addresses(
                    group.child("exits").child(exit), Networks.any(Network.Kind.VPN, group.child(exit)), 25);
            chatter(census, "vpn", dice, Country.english(dice), Whereabouts.pool(dice.child("exit"), exits));
        }
    }

    static void traveller(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Country country = Country.english(dice);
            chatter(
                    census,
                    "traveller",
                    dice,
                    country,
                    Whereabouts.traveller(dice.child("home"), country.code(), 0.3 + 0.6 * dice.unit()));
        }
    }

    static void tutoring(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Country country = Country.english(dice);
            pupil(census, "tutoring", dice, country, Whereabouts.home(dice.child("home"), country.code()));
        }
    }

    private static void chatter(Census census, String group, Dice dice, Country country, Whereabouts place) {
        Client client = ClientKind.any(dice).installed(dice);
        Census.Member member = census.open(group, dice, country, client, place, null);
        Taste taste = member.taste(census.world(), 0.08, 0.6);
        Wire wire = client.wire();
        byte[] system = dice.chance(0.4) ? Conversation.quote(dice.pick(PLAIN_SYSTEMS)) : NO_SYSTEM;
        boolean chained = dice.chance(0.5);
        boolean foreign = dice.chance(0.85);
        Author author = new Author(
                dice.child("author"),
                Language.of(foreign ? country.language() : "en"),
                member.account().voice());
        Dice talks = dice.child("talks");
        census.comes(
                member,
                time -> new Talk(
                        new Conversation(wire, talks, system, ToolSet.NONE, chained),
                        taste.at(time),
                        Scripts.chat(author),
                        Math.min(12, talks.geometric(CHAT_TURNS)),
                        CHAT_PAUSE,
                        talks),
                dice.chance(0.6) ? Rhythm.Kind.OFFICE : Rhythm.Kind.LEISURE,
                1.6,
                CHAT_TURNS);
    }

    private static void pupil(Census census, String group, Dice dice, Country country, Whereabouts place) {
        Client client = ClientKind.any(dice).installed(dice);
        Census.Member member = census.open(group, dice, country, client, place, null);
        Taste taste = member.taste(census.world(), 0.05, 0.7);
        Author author = new Author(
                dice.child("author"), Language.english(), member.account().voice());
        byte[] system = Conversation.quote(Language.english().grammar().text("system.tutor", author.scope()));
        Dice talks = dice.child("talks");
        census.comes(
                member,
                time -> new Talk(
                        new Conversation(client.wire(), talks, system, ToolSet.NONE, false),
                        taste.at(time),
                        Scripts.rules(author.scope(), "tutor.ask", "tutor.follow", "tutor.answer"),
                        Math.min(14, talks.geometric(4)),
                        60,
                        talks),
                Rhythm.Kind.STUDY,
                1.8,
                4);
    }
}
