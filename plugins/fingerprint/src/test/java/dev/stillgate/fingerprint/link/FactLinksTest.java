package dev.stillgate.fingerprint.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.signal.FactSettings;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactLinksTest {
    private final Registered registered = new Registered();

    @Test
    void farmIsLinkedAndDecidedOnceThereAre299References() {
        registered.addFarm(400, "farm");
        IntStream.range(0, 2_600).forEach(i -> registered.add("payment", "unverified-" + i));
        registered.addVerified(298);
        assertThat(registered.groups()).as("12 % of all accounts share it").isEmpty();

        registered.addVerified(1);
        assertThat(registered.groups()).singleElement().satisfies(group -> {
            assertThat(group.accounts()).hasSize(400);
            assertThat(group.decisive()).isTrue();
            assertThat(group.link().kind()).isEqualTo(LinkKind.FACT);
            assertThat(group.link().name()).isEqualTo("payment");
            assertThat(group.link().bound()).isCloseTo(0.00997, within(1e-4));
            assertThat(group.link().weight()).isCloseTo(2.0, within(0.01));
        });
    }

    @Test
    void shareOfAllAccountsCountsWithoutReferences() {
        registered.addFarm(10, "farm");
        IntStream.range(0, 989).forEach(i -> registered.add("payment", "unverified-" + i));
        assertThat(registered.groups()).as("10 of 999").isEmpty();
        registered.add("payment", "another");
        assertThat(registered.groups()).as("10 of 1000").singleElement().matches(LinkedGroup::decisive);
    }

    @Test
    void valueThatEverybodySharesLinksNobody() {
        for (int i = 0; i < 3_000; i++) {
            registered.add("payment", "bank-" + i % 2, "email-domain", "mail-" + i % 3);
            if (i % 5 == 0) {
                registered.addVerified("payment", "bank-" + i % 2, "email-domain", "mail-" + i % 3);
            }
        }
        assertThat(registered.groups()).isEmpty();
    }

    /** Banks with few customers each are rare values, but a fact that most customers share does not identify them. */
    @Test
    void sharedFactDecidesNothingEvenWhereItsValueIsRare() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            registered.addVerified("payment", "bank-" + (int) Math.abs(random.nextGaussian() * 100));
        }
        registered.addFarm(40, "small-bank");
        assertThat(registered.groups())
                .filteredOn(group -> group.accounts().length == 40)
                .singleElement()
                .matches(group -> !group.decisive());
        assertThat(registered.groups()).noneMatch(LinkedGroup::decisive);
    }

    @Test
    void factsThatDoNotDecideOnlyLink() {
        registered.addVerified(1_000);
        for (int i = 0; i < 1_000; i++) {
            registered.addVerified("email-domain", "own-" + i, "referrer", "own-" + i, "signup-network", "own-" + i);
        }
        for (int i = 0; i < 60; i++) { // a class, a hackathon, customers of a reseller: each pays for himself
            registered.add("payment", "pupil-" + i, "email-domain", "school", "referrer", "r", "signup-network", "n");
        }
        List<LinkedGroup> groups = registered.groups();
        assertThat(groups)
                .extracting(group -> group.link().name())
                .containsExactly("email-domain", "referrer", "signup-network");
        assertThat(groups).allMatch(group -> group.accounts().length == 60 && !group.decisive());
        assertThat(registered.groups(Set.of("referrer")))
                .filteredOn(LinkedGroup::decisive)
                .hasSize(1);
    }

    /** Networks of an internet provider: each is rare, and has as many unknown accounts as it has known ones. */
    @Test
    void rareValuesOfASharedFactLinkNobodyByThemselves() {
        for (int i = 0; i < 40_000; i++) {
            String network = "network-" + i % 2_000;
            if (i / 2_000 % 4 == 0) {
                registered.addVerified("signup-network", network);
            } else {
                registered.add("signup-network", network);
            }
        }
        assertThat(registered.groups()).isEmpty();
        IntStream.range(0, 60).forEach(i -> registered.add("signup-network", "campus"));
        assertThat(registered.groups()).singleElement().matches(group -> group.accounts().length == 60);
    }

    /** Unknown customers share mail domains as known ones do, from common ones to rare ones. */
    @Test
    void linksBySharedFactsAreAsRareAsPromised() {
        int linked = 0;
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Registered customers = new Registered();
            for (int i = 0; i < 2_500; i++) {
                String domain = "mail-" + (int) (1 / (0.001 + random.nextDouble()));
                if (random.nextInt(3) == 0) {
                    customers.addVerified("email-domain", domain);
                } else {
                    customers.add("email-domain", domain);
                }
            }
            linked += customers.groups().isEmpty() ? 0 : 1;
        }
        assertThat(linked).isLessThanOrEqualTo(1); // 0.3 are promised
    }

    @Test
    void sharedFactLinksNobodyWithoutReferences() {
        IntStream.range(0, 4_000).forEach(i -> registered.add("email-domain", "mail-" + i % 200));
        assertThat(registered.groups()).isEmpty();
    }

    @Test
    void onlyNamedFactsLink() {
        registered.addVerified(1_000);
        registered.addFarm(40, "farm");
        FactSettings settings = new FactSettings(Set.of("device"), Set.of());
        assertThat(FactLinks.groups(registered.facts, registered.population(), settings, 10))
                .isEmpty();
    }

    @Test
    void fewerAccountsThanAPoolAreOnlyLinked() {
        registered.addVerified(1_000);
        registered.addFarm(9, "family-firm");
        registered.addFarm(2, "couple");
        assertThat(registered.groups())
                .singleElement()
                .matches(group -> group.accounts().length == 9 && !group.decisive());
    }

    @Test
    void accountsCountFromTheirThirdExchange() {
        registered.addVerified(1_000);
        for (int i = 0; i < 12; i++) {
            registered.add(i < 9 ? 3 : 2, null, "payment", "farm");
        }
        assertThat(registered.groups())
                .singleElement()
                .matches(group -> group.accounts().length == 12 && !group.decisive());

        registered.add("payment", "farm");
        assertThat(registered.groups())
                .singleElement()
                .matches(group -> group.accounts().length == 10 && group.decisive());
    }

    @Test
    void accountsThatAreVouchedForAreInNoGroup() {
        registered.addVerified(2_000);
        registered.addFarm(40, "farm");
        int verified = registered.addVerified("payment", "farm");
        int member = registered.addOf(7, "payment", "farm");
        assertThat(registered.groups())
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).hasSize(40).doesNotContain(verified, member))
                .matches(LinkedGroup::decisive);
    }

    @Test
    void testAccountsOfAVerifiedCustomerAreLinkedLikeOthers() {
        registered.addVerified(472);
        registered.addVerified("payment", "customer");
        registered.addFarm(9, "customer");
        assertThat(registered.groups()).singleElement().matches(group -> !group.decisive());
        registered.addFarm(1, "customer");
        assertThat(registered.groups()).singleElement().matches(LinkedGroup::decisive);

        Registered fewer = new Registered();
        fewer.addVerified(471);
        fewer.addVerified("payment", "customer");
        fewer.addFarm(10, "customer");
        assertThat(fewer.groups())
                .as("one of 472 references may be more than 1 %")
                .isEmpty();
    }

    /** Poisoning: verified accounts of an actor make his value common at 1 % of all references, unless flagged. */
    @Test
    void verifyingAFewAccountsOfAFarmDoesNotFreeTheOthers() {
        registered.addVerified(1_000);
        registered.addFarm(400, "farm");
        for (int verified = 1; verified <= 4; verified++) {
            registered.addVerified("payment", "farm");
            assertThat(registered.groups()).singleElement().matches(LinkedGroup::decisive);
        }
        int fifth = registered.addVerified("payment", "farm");
        assertThat(registered.groups()).as("5 of 1,005 references").isEmpty();
        registered.flagged.set(fifth);
        assertThat(registered.groups())
                .singleElement()
                .matches(LinkedGroup::decisive)
                .satisfies(group -> assertThat(group.accounts()).hasSize(400).doesNotContain(fifth));
    }

    @Test
    void organisationCountsAsOneReference() {
        registered.addVerified(700);
        IntStream.range(0, 500).forEach(i -> registered.addOf(1, "payment", "company-card"));
        registered.addFarm(30, "company-card");
        assertThat(registered.groups())
                .as("one of 701 references")
                .singleElement()
                .matches(LinkedGroup::decisive)
                .matches(group -> group.accounts().length == 30);

        Registered other = new Registered();
        other.addVerified(200);
        IntStream.range(0, 500).forEach(i -> other.addOf(1, "payment", "card-" + i));
        other.addFarm(30, "farm");
        assertThat(other.groups()).as("201 references and 4 % of all").isEmpty();
    }

    @Test
    void forgottenAccountsAreInNoGroup() {
        registered.addVerified(1_000);
        int first = registered.add("payment", "farm");
        registered.addFarm(10, "farm");
        registered.facts.forget(first);
        assertThat(registered.groups())
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).hasSize(10).doesNotContain(first));
    }

    /** Customers share a value as often as references do: the share of wrong links is the confidence that is promised. */
    @Test
    void commonValuesAreTakenForRareInAtMostFivePercent() {
        int linked = 0;
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            Registered customers = new Registered();
            for (int i = 0; i < 600; i++) {
                String value = random.nextDouble() < 0.0101 ? "common" : "own-" + i;
                if (i % 2 == 0) {
                    customers.add("device", value);
                } else {
                    customers.addVerified("device", value);
                }
            }
            linked += customers.groups().isEmpty() ? 0 : 1;
        }
        assertThat(linked).isLessThanOrEqualTo(400 / 20 + 10); // two standard deviations above 20
    }
}
