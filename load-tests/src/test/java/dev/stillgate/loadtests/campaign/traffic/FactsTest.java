package dev.stillgate.loadtests.campaign.traffic;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.loadtests.options.Options;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Registration facts of simulated accounts. */
final class FactsTest {
    private static List<SimulatedAccount> accounts(SignUpRules rules) {
        return Simulation.create(Scenario.named("default"), 7, 3, 1000, 1, Tactics.STUBBORN, rules)
                .accounts();
    }

    private static SignUpRules farms(SignUp.Farm farm) {
        return new SignUpRules(true, farm, -1, -1);
    }

    /** Returns the number of accounts of each value of a fact. */
    private static Map<String, Long> values(List<SimulatedAccount> accounts, String label, String fact) {
        return accounts.stream()
                .filter(account -> account.label().startsWith(label))
                .map(account -> account.entry().facts().get(fact))
                .filter(Objects::nonNull)
                .collect(groupingBy(Function.identity(), counting()));
    }

    private static long most(Map<String, Long> values) {
        return values.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    @Test
    void factsAreOpaqueHashes() {
        List<SimulatedAccount> accounts = accounts(farms(SignUp.Farm.PAYMENT));
        assertThat(accounts)
                .allSatisfy(account -> assertThat(account.entry().facts().values())
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allMatch(value -> value.matches("h:[0-9a-f]{32}")));
        assertThat(accounts.getFirst().line()).containsPattern("created: 20\\d\\d-\\d\\d-\\d\\dT.*, facts: \\{");
        assertThat(accounts(SignUpRules.PLAIN))
                .allMatch(account -> account.entry().facts().isEmpty());
    }

    @Test
    void honestAccountsShareBanksAndMailProvidersButNeitherPaymentNorDevice() {
        List<SimulatedAccount> accounts = accounts(farms(SignUp.Farm.NOTHING));
        assertThat(most(values(accounts, "honest:", "payment"))).isEqualTo(1);
        assertThat(most(values(accounts, "honest:", "device"))).isEqualTo(1);
        assertThat(most(values(accounts, "honest:", "bank"))).isGreaterThan(50);
        assertThat(most(values(accounts, "honest:", "email-domain"))).isGreaterThan(100);
    }

    @Test
    void classesHackathonsAndResellersShareFacts() {
        List<SimulatedAccount> accounts = accounts(farms(SignUp.Farm.NOTHING));
        assertThat(values(accounts, "honest:campus", "signup-network")).hasSize(1);
        assertThat(values(accounts, "honest:campus", "email-domain")).hasSize(1);
        assertThat(most(values(accounts, "honest:agents", "referrer"))).isGreaterThanOrEqualTo(35);
        assertThat(most(values(accounts, "honest:reseller", "referrer"))).isGreaterThanOrEqualTo(12);
        long[] created = accounts.stream()
                .filter(account -> account.label().equals("honest:campus"))
                .mapToLong(account -> account.entry().created().getEpochSecond())
                .sorted()
                .toArray();
        assertThat(created[created.length / 2] - created[0]).isLessThanOrEqualTo(7_200);
    }

    @Test
    void farmsShareTheGivenFact() {
        assertThat(most(values(accounts(farms(SignUp.Farm.PAYMENT)), "campaign:hydra", "payment")))
                .isEqualTo(40);
        assertThat(most(values(accounts(farms(SignUp.Farm.DEVICE)), "campaign:hydra", "device")))
                .isEqualTo(40);
        List<SimulatedAccount> network = accounts(farms(SignUp.Farm.NETWORK));
        assertThat(most(values(network, "campaign:hydra", "signup-network"))).isEqualTo(40);
        assertThat(most(values(network, "campaign:hydra", "payment"))).isEqualTo(1);
        assertThat(most(values(accounts(farms(SignUp.Farm.NOTHING)), "campaign:hydra", "payment")))
                .isEqualTo(1);
    }

    @Test
    void sharesOfVerifiedAccountsAreAsGiven() {
        List<SimulatedAccount> accounts = accounts(new SignUpRules(false, null, 1, 0));
        assertThat(accounts)
                .allMatch(
                        account -> account.entry().verified() == account.label().startsWith("honest:"));
    }

    @Test
    void invalidRulesAreReported() {
        assertThatThrownBy(() -> rules("--farms", "cards"))
                .hasMessage("--farms: expected mixed or one of [payment, device, network, nothing], found cards");
        assertThatThrownBy(() -> rules("--facts", "maybe")).hasMessageStartingWith("--facts: expected one of");
        assertThatThrownBy(() -> rules("--verified", "2")).hasMessageStartingWith("--verified: expected 0");
        assertThat(rules("--farms", "network").farms()).isEqualTo(SignUp.Farm.NETWORK);
    }

    private static SignUpRules rules(String... arguments) {
        return SignUpRules.of(new Options(arguments, 0, SignUpRules.OPTIONS), "no");
    }
}
