package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.campaign.text.Author;
import dev.stillgate.loadtests.campaign.text.ChatDialogue;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.ListDialogue;
import dev.stillgate.loadtests.campaign.text.Scripts;
import dev.stillgate.loadtests.campaign.text.TextScope;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.ArrivalProcess;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import org.jspecify.annotations.Nullable;

/** Customers that build products: large templates, nightly batch jobs, several keys of one company, resellers. */
final class ProductCustomers {
    private static final byte[] NO_SYSTEM = {};

    private ProductCustomers() {}

    /** Products with their own system prompt and the largest traffic. */
    static void product(HonestAccounts accounts, Dice dice) {
        Company company = Company.draw(dice);
        HonestAccounts.Member member = company.open(accounts, dice, null);
        int streams = 1 + (int) Math.min(30, 3 * dice.exponential());
        double perDay = Math.min(300, dice.logNormal(11, 1.2)) / streams;
        for (int s = 0; s < streams; s++) {
            accounts.schedule(member, company.habit(accounts, member, s), company.arrivals(member, perDay, s, 1.1), s);
        }
    }

    /** Nightly batch jobs that process a list at an even pace. */
    static void batch(HonestAccounts accounts, Dice dice) {
        Company company = Company.draw(dice);
        HonestAccounts.Member member = company.open(accounts, dice, null);
        Preferences taste = member.taste(accounts.world(), 0, 0);
        Author author = member.author(Language.english());
        Dice asks = dice.child("asks");
        String prompt = company.prompt;
        int items = (int) Math.min(200, dice.logNormal(10, 0.9));
        ArrivalProcess nights = new ArrivalProcess(
                dice.child("nights"),
                new Rhythm(Rhythm.Kind.NIGHT, member.country().zone()),
                dice.chance(0.5) ? 1 : 0.3,
                0.4);
        accounts.schedule(
                member,
                time -> {
                    TextScope scope = author.scope();
                    return new ListDialogue(
                            new ModelConversation(
                                    member.account().client().wire(), asks, NO_SYSTEM, OfferedTools.NONE, false),
                            taste.at(time),
                            prompt,
                            scope,
                            items);
                },
                nights,
                0);
    }

    /** Companies that rotate through their keys; the operator knows their organisation. */
    static void keyRotation(HonestAccounts accounts, Dice group, int count) {
        int opened = 0;
        for (int h = 0; opened < count; h++) {
            Dice dice = group.child("house").child(h);
            Company company = Company.draw(dice);
            int keys = Math.min(count - opened, dice.between(3, 8));
            double perDay = Math.min(300, dice.logNormal(6, 1)) * keys;
            String organisation = "org-" + dice.hex(8);
            KeyRotation shared = new KeyRotation(dice.child("shared"), company.rhythm(), perDay, keys);
            for (int k = 0; k < keys; k++) {
                HonestAccounts.Member member = company.open(accounts, dice.child(k), organisation);
                shared.add(member, company.habit(accounts, member, 0));
            }
            accounts.sources().addAll(shared.sources());
            opened += keys;
        }
    }

    /** Resellers: many end customers behind one program; half of the resellers have no known organisation. */
    static void reseller(HonestAccounts accounts, Dice group, int count) {
        int opened = 0;
        for (int h = 0; opened < count; h++) {
            Dice dice = group.child("reseller").child(h);
            Company company = Company.draw(dice);
            int keys = Math.min(count - opened, dice.between(12, 30));
            String organisation = h % 2 == 0 ? "org-" + dice.hex(8) : null;
            accounts.signUp(SignUp.reseller(dice));
            for (int k = 0; k < keys; k++) {
                Dice key = dice.child(k);
                HonestAccounts.Member member = company.open(accounts, key, organisation);
                Preferences taste = member.taste(accounts.world(), 0.1, 0.8);
                Author author = member.author(Language.english());
                Dice talks = key.child("talks");
                accounts.schedule(
                        member,
                        time -> new ChatDialogue(
                                new ModelConversation(
                                        company.client.wire(), talks, NO_SYSTEM, OfferedTools.NONE, false),
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
        accounts.signUp(SignUp.ALONE);
    }

    /** A company with its program, servers and system prompt. */
    record Company(Country country, Client client, Location place, String prompt, Author author) {

        static Company draw(Dice dice) {
            Country country = Country.english(dice);
            Client client = ClientKind.any(dice).installed(dice);
            Location place = Location.servers(
                    dice.child("servers"), Networks.any(AddressBlock.Kind.HOSTING, dice), dice.between(1, 4));
            Author author = new Author(dice.child("house"), Language.english(), new WritingStyle(dice.child("house")));
            String prompt = Language.english().grammar().text("system.product", author.scope());
            return new Company(country, client, place, prompt, author);
        }

        HonestAccounts.Member open(HonestAccounts accounts, Dice dice, @Nullable String organisation) {
            return accounts.open(dice, country, client, place, organisation);
        }

        Rhythm rhythm() {
            return new Rhythm(Rhythm.Kind.PUBLIC, country.zone());
        }

        ArrivalProcess arrivals(HonestAccounts.Member member, double perDay, int stream, double cv) {
            return new ArrivalProcess(member.dice().child("arrivals").child(stream), rhythm(), perDay, cv);
        }

        /** Short conversations of the product's users. */
        Customer.Habit habit(HonestAccounts accounts, HonestAccounts.Member member, int stream) {
            Preferences taste = member.taste(accounts.world(), 0.02, 0.6);
            byte[] system = ModelConversation.quote(prompt);
            Dice talks = member.dice().child("talks").child(stream);
            Author users = new Author(talks.child("users"), Language.english(), new WritingStyle(talks));
            return time -> new ChatDialogue(
                    new ModelConversation(client.wire(), talks, system, OfferedTools.NONE, false),
                    taste.at(time),
                    Scripts.chat(users),
                    Math.min(6, talks.geometric(1.5)),
                    30,
                    talks);
        }
    }
}
