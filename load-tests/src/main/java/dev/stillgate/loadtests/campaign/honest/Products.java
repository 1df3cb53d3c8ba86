package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.draw.Arrivals;
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
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.text.Voice;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import org.jspecify.annotations.Nullable;

/** Customers whose own customers ask, and jobs without anybody: big templates, nightly runs, many keys of one house. */
final class Products {
    private static final byte[] NO_SYSTEM = {};

    private Products() {}

    /** Products: a prompt of their own, and more traffic than anybody else. */
    static void product(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            House house = House.draw(dice);
            Census.Member member = house.open(census, "product", dice, null);
            int streams = 1 + (int) Math.min(30, 3 * dice.exponential());
            double perDay = Math.min(300, dice.logNormal(11, 1.2)) / streams;
            for (int s = 0; s < streams; s++) {
                census.comes(member, house.habit(census, member, s), house.arrivals(member, perDay, s, 1.1), s);
            }
        }
    }

    /** Jobs that run at night through a list, as evenly as they can. */
    static void batch(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            House house = House.draw(dice);
            Census.Member member = house.open(census, "batch", dice, null);
            Taste taste = member.taste(census.world(), 0, 0);
            Author author = new Author(
                    dice.child("author"), Language.english(), member.account().voice());
            Dice asks = dice.child("asks");
            String prompt = house.prompt;
            int items = (int) Math.min(200, dice.logNormal(10, 0.9));
            Arrivals nights = new Arrivals(
                    dice.child("nights"),
                    new Rhythm(Rhythm.Kind.NIGHT, member.country().zone()),
                    dice.chance(0.5) ? 1 : 0.3,
                    0.4);
            census.comes(
                    member,
                    time -> {
                        Scope scope = author.scope();
                        return new Listed(
                                new Conversation(
                                        member.account().client().wire(), asks, NO_SYSTEM, ToolSet.NONE, false),
                                taste.at(time),
                                prompt,
                                scope,
                                items);
                    },
                    nights,
                    0);
        }
    }

    /** Houses that spread their load over keys of their own, as the operator knows. */
    static void keyRotation(Census census, Dice group, int count) {
        int opened = 0;
        for (int h = 0; opened < count; h++) {
            Dice dice = group.child("house").child(h);
            House house = House.draw(dice);
            int keys = Math.min(count - opened, dice.between(3, 8));
            double perDay = Math.min(300, dice.logNormal(6, 1)) * keys;
            String organisation = "org-" + dice.hex(8);
            Shared shared = new Shared(dice.child("shared"), house.rhythm(), perDay, keys);
            for (int k = 0; k < keys; k++) {
                Census.Member member = house.open(census, "key-rotation", dice.child(k), organisation);
                shared.add(member, house.habit(census, member, 0));
            }
            census.sources().addAll(shared.sources());
            opened += keys;
        }
    }

    /** Resellers: end customers of all kinds behind one program; half of them are not known to be one house. */
    static void reseller(Census census, Dice group, int count) {
        int opened = 0;
        for (int h = 0; opened < count; h++) {
            Dice dice = group.child("reseller").child(h);
            House house = House.draw(dice);
            int keys = Math.min(count - opened, dice.between(12, 30));
            String organisation = h % 2 == 0 ? "org-" + dice.hex(8) : null;
            for (int k = 0; k < keys; k++) {
                Dice key = dice.child(k);
                Census.Member member = house.open(census, "reseller", key, organisation);
                Taste taste = member.taste(census.world(), 0.1, 0.8);
                Author author = new Author(
                        key.child("author"),
                        Language.english(),
                        member.account().voice());
                Dice talks = key.child("talks");
                census.comes(
                        member,
                        time -> new Talk(
                                new Conversation(house.client.wire(), talks, NO_SYSTEM, ToolSet.NONE, false),
                                taste.at(time),
                                Scripts.chat(author),
                                Math.min(10, talks.geometric(2)),
                                40,
                                talks),
                        Rhythm.Kind.PUBLIC,
                        2.5,
                        2);
            }
            opened += keys;
        }
    }

    /** A firm: its program, its servers, its prompt. */
    record House(Country country, Client client, Whereabouts place, String prompt, Author author) {

        static House draw(Dice dice) {
            Country country = Country.english(dice);
            Client client = ClientKind.any(dice).installed(dice);
            Whereabouts place = Whereabouts.servers(
                    dice.child("servers"), Networks.any(Network.Kind.HOSTING, dice), dice.between(1, 4));
            Author author = new Author(dice.child("house"), Language.english(), new Voice(dice.child("house")));
            String prompt = Language.english().grammar().text("system.product", author.scope());
            return new House(country, client, place, prompt, author);
        }

        Census.Member open(Census census, String group, Dice dice, @Nullable String organisation) {
            return census.open(group, dice, country, client, place, organisation);
        }

        Rhythm rhythm() {
            return new Rhythm(Rhythm.Kind.PUBLIC, country.zone());
        }

        Arrivals arrivals(Census.Member member, double perDay, int stream, double cv) {
            return new Arrivals(member.dice().child("arrivals").child(stream), rhythm(), perDay, cv);
        }

        /** Users of the product, who ask once or go on for a little. */
        Customer.Habit habit(Census census, Census.Member member, int stream) {
            Taste taste = member.taste(census.world(), 0.02, 0.6);
            byte[] system = Conversation.quote(prompt);
            Dice talks = member.dice().child("talks").child(stream);
            Author users = new Author(talks.child("users"), Language.english(), new Voice(talks));
            return time -> new Talk(
                    new Conversation(client.wire(), talks, system, ToolSet.NONE, false),
                    taste.at(time),
                    Scripts.chat(users),
                    Math.min(6, talks.geometric(1.5)),
                    30,
                    talks);
        }
    }
}
