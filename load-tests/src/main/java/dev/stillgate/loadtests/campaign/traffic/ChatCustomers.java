package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.campaign.text.Author;
import dev.stillgate.loadtests.campaign.text.ChatDialogue;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scripts;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import java.util.List;

/**
 * Creates the honest accounts of people who chat, one static method per group of {@link HonestPopulation}: home users,
 * other languages, campus networks, shared VPN exits, travellers and pupils of a tutoring product.
 */
final class ChatCustomers {
    private static final double CHAT_TURNS = 2.6;
    private static final double CHAT_PAUSE = 45;
    private static final byte[] NO_SYSTEM = {};
    private static final List<String> PLAIN_SYSTEMS = List.of(
            "You are a helpful assistant.",
            "You are a helpful assistant. Answer concisely.",
            "Be brief and precise.",
            "You are ChatBuddy, a friendly helper.");

    private ChatCustomers() {}

    static void chat(HonestAccounts accounts, Dice dice) {
        Country country = Country.english(dice);
        chatter(accounts, dice, country, Location.home(dice.child("home"), country.code()));
    }

    static void languages(HonestAccounts accounts, Dice dice) {
        Country country = Country.other(dice);
        chatter(accounts, dice, country, Location.home(dice.child("home"), country.code()));
    }

    static void campus(HonestAccounts accounts, Dice group, int count) {
        int campuses = Math.max(1, count / 50);
        for (int i = 0; i < count; i++) {
            Dice campus = group.child("campus").child(i % campuses);
            AddressBlock network = Networks.any(AddressBlock.Kind.CAMPUS, campus);
            List<String> gates = Location.addresses(campus, network, 3);
            Dice dice = group.child(i);
            accounts.signUp(SignUp.schoolClass(campus, accounts.world().start()));
            Country country = Country.english(campus);
            Location place = Location.pool(dice.child("gate"), gates);
            if (dice.chance(0.5)) {
                pupil(accounts, dice, country, place);
            } else {
                chatter(accounts, dice, country, place);
            }
        }
        accounts.signUp(SignUp.ALONE);
    }

    static void vpn(HonestAccounts accounts, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            int exit = dice.below(6);
            List<String> exits = Location.addresses(
                    group.child("exits").child(exit), Networks.any(AddressBlock.Kind.VPN, group.child(exit)), 25);
            chatter(accounts, dice, Country.english(dice), Location.pool(dice.child("exit"), exits));
        }
    }

    static void traveller(HonestAccounts accounts, Dice dice) {
        Country country = Country.english(dice);
        chatter(
                accounts,
                dice,
                country,
                Location.traveller(dice.child("home"), country.code(), 0.3 + 0.6 * dice.unit()));
    }

    static void tutoring(HonestAccounts accounts, Dice dice) {
        Country country = Country.english(dice);
        pupil(accounts, dice, country, Location.home(dice.child("home"), country.code()));
    }

    private static void chatter(HonestAccounts accounts, Dice dice, Country country, Location place) {
        Client client = ClientKind.any(dice).installed(dice);
        HonestAccounts.Member member = accounts.open(dice, country, client, place, null);
        Preferences taste = member.taste(accounts.world(), 0.08, 0.6);
        Wire wire = client.wire();
        byte[] system = dice.chance(0.4) ? ModelConversation.quote(dice.pick(PLAIN_SYSTEMS)) : NO_SYSTEM;
        boolean chained = dice.chance(0.5);
        boolean foreign = dice.chance(0.85);
        Author author = member.author(Language.of(foreign ? country.language() : "en"));
        Dice talks = dice.child("talks");
        accounts.schedule(
                member,
                time -> new ChatDialogue(
                        new ModelConversation(wire, talks, system, OfferedTools.NONE, chained),
                        taste.at(time),
                        Scripts.chat(author),
                        Math.min(12, talks.geometric(CHAT_TURNS)),
                        CHAT_PAUSE,
                        talks),
                dice.chance(0.6) ? Rhythm.Kind.OFFICE : Rhythm.Kind.LEISURE,
                1.6,
                CHAT_TURNS);
    }

    private static void pupil(HonestAccounts accounts, Dice dice, Country country, Location place) {
        Client client = ClientKind.any(dice).installed(dice);
        HonestAccounts.Member member = accounts.open(dice, country, client, place, null);
        Preferences taste = member.taste(accounts.world(), 0.05, 0.7);
        Author author = member.author(Language.english());
        byte[] system = ModelConversation.quote(Language.english().grammar().text("system.tutor", author.scope()));
        Dice talks = dice.child("talks");
        accounts.schedule(
                member,
                time -> new ChatDialogue(
                        new ModelConversation(client.wire(), talks, system, OfferedTools.NONE, false),
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
