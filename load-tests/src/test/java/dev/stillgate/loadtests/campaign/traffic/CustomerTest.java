package dev.stillgate.loadtests.campaign.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.traffic.ScriptedApi.Attempt;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Reaction of honest clients to refusals, in virtual time. */
final class CustomerTest {
    private static final World WORLD = new World(new Dice(3), World.DEFAULT_START, 3);

    /** Runs a small population, and gives each attempt of the busiest account the response of its number. */
    private static List<Attempt> attempts(IntFunction<ApiResponse> responses) {
        AccountRegistry registry = new AccountRegistry(SignUpRules.PLAIN);
        List<Source> sources = HonestPopulation.open(WORLD, registry, 100);
        SimulatedAccount busy = registry.accounts().stream()
                .filter(account -> account.label().equals("honest:product"))
                .findFirst()
                .orElseThrow();
        int[] number = {0};
        ScriptedApi api = new ScriptedApi(
                exchange -> exchange.account().equals(busy) ? responses.apply(number[0]++) : ApiResponse.SERVED);
        new Traffic(sources).run(WORLD.end(), api);
        return api.attempts().stream()
                .filter(attempt -> attempt.account().equals(busy.id()))
                .toList();
    }

    private static ApiResponse retryAfter(long seconds) {
        return new ApiResponse(429, 1000 * seconds, true);
    }

    @Test
    void refusedExchangeIsRepeatedTwiceThenGivenUp() {
        List<Attempt> attempts = attempts(i -> retryAfter(20)).subList(0, 6);
        assertThat(attempts.get(1).reply()).isSameAs(attempts.get(0).reply());
        assertThat(attempts.get(2).reply()).isSameAs(attempts.get(0).reply());
        assertThat(attempts.get(1).time()).isEqualTo(attempts.get(0).time() + 20_000);
        assertThat(attempts.get(2).time()).isEqualTo(attempts.get(0).time() + 40_000);
        assertThat(attempts.get(3).reply()).isNotSameAs(attempts.get(0).reply());
        assertThat(attempts.get(5).reply()).isSameAs(attempts.get(3).reply());
    }

    @Test
    void responseAfterARetryContinuesTheConversation() {
        List<Attempt> attempts = attempts(i -> i == 0 ? retryAfter(1) : ApiResponse.SERVED);
        assertThat(attempts.get(1).reply()).isSameAs(attempts.get(0).reply());
        assertThat(attempts.get(2).reply()).isNotSameAs(attempts.get(0).reply());
    }

    @Test
    void refusalWithoutRetryEndsTheExchange() {
        List<Attempt> attempts = attempts(i -> new ApiResponse(429, -1, false));
        assertThat(attempts.get(1).reply()).isNotSameAs(attempts.get(0).reply());
    }
}
