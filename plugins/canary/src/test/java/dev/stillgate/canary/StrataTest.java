package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.PolicyException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StrataTest {
    private static final long NOVEMBER = Instant.parse("2026-11-29T12:00:00Z").toEpochMilli();

    private static Account account(@Nullable String created, @Nullable String region, @Nullable String tier) {
        Instant at = created == null ? null : Instant.parse(created + "T00:00:00Z");
        return new Account("a-1", Trust.LISTED, null, tier, false, at, Map.of(), region, null);
    }

    private static String name(Strata strata, Account account) {
        return strata.name(strata.of(account));
    }

    @Test
    void nameHasMonthRegionAndTier() {
        StrataPolicy policy = new StrataPolicy(3, List.of("EU", "US"), List.of("free", "pro"));
        Strata strata = new Strata(policy, Epoch.QUARTER.at(NOVEMBER));
        assertThat(strata.size()).isEqualTo(45);
        assertThat(name(strata, account("2026-10-31", "EU", "free"))).isEqualTo("stratum:2026-10:EU:free/2026-Q4");
        assertThat(name(strata, account("2026-11-01", "US", "pro"))).isEqualTo("stratum:2026-11:US:pro/2026-Q4");
        assertThat(name(strata, account("2026-12-31", "BR", "team"))).isEqualTo("stratum:2026-12:other:other/2026-Q4");
        assertThat(name(strata, account("2026-09-30", null, null))).isEqualTo("stratum:earlier:other:other/2026-Q4");
        assertThat(name(strata, account(null, "EU", "pro"))).isEqualTo("stratum:unknown:EU:pro/2026-Q4");
        assertThat(name(strata, account("2027-01-01", "EU", "pro"))).isEqualTo("stratum:unknown:EU:pro/2026-Q4");
    }

    @Test
    void dimensionsThatAreNotListedAreNotInTheName() {
        Strata months = new Strata(new StrataPolicy(null, null, null), Epoch.MONTH.at(NOVEMBER));
        assertThat(months.size()).isEqualTo(8);
        assertThat(name(months, account("2026-06-01", "EU", "free"))).isEqualTo("stratum:2026-06/2026-11");
        assertThat(name(months, account("2026-05-31", "EU", "free"))).isEqualTo("stratum:earlier/2026-11");
        Strata tiers = new Strata(new StrataPolicy(12, null, List.of("free")), Epoch.YEAR.at(NOVEMBER));
        assertThat(name(tiers, account("2026-01-01", "EU", "free"))).isEqualTo("stratum:2026-01:free/2026");
    }

    @Test
    void everyNumberHasANameOfItsOwn() {
        Strata strata =
                new Strata(new StrataPolicy(6, List.of("EU"), List.of("a", "b", "c")), Epoch.QUARTER.at(NOVEMBER));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < strata.size(); i++) {
            names.add(strata.name(i));
        }
        assertThat(names).hasSize(64);
    }

    @Test
    void moreThan64StrataAreRefusedWithTheirNumber() {
        assertThatCode(() -> new StrataPolicy(62, null, null)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new StrataPolicy(null, List.of("EU", "US"), List.of("free", "pro")))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("at most 64 strata, found 72: (6 months + 2) x (2 regions + 1) x (2 tiers + 1)");
        assertThatThrownBy(() -> new StrataPolicy(63, null, null)).hasMessageContaining("found 65");
        assertThatThrownBy(() -> new StrataPolicy(0, null, null)).hasMessageContaining("found 0");
    }

    @Test
    void namesThatWouldBeConfusedAreRefused() {
        for (String name : List.of("other", "a:b", "a/b", "", "ü")) {
            assertThatThrownBy(() -> new StrataPolicy(null, List.of(name), null))
                    .as(name)
                    .isInstanceOf(PolicyException.class);
        }
        assertThatThrownBy(() -> new StrataPolicy(null, null, List.of("free", "free")))
                .hasMessageContaining("each name once");
    }

    @Test
    void epochsAreCalendarPeriods() {
        Epoch.Span quarter = Epoch.QUARTER.at(NOVEMBER);
        assertThat(quarter.name()).isEqualTo("2026-Q4");
        assertThat(Instant.ofEpochMilli(quarter.from())).isEqualTo("2026-10-01T00:00:00Z");
        assertThat(Instant.ofEpochMilli(quarter.until())).isEqualTo("2027-01-01T00:00:00Z");
        assertThat(Epoch.QUARTER.at(quarter.until()).name()).isEqualTo("2027-Q1");
        assertThat(Epoch.QUARTER.at(quarter.until() - 1)).isEqualTo(quarter);
        assertThat(Epoch.MONTH.at(NOVEMBER).name()).isEqualTo("2026-11");
        assertThat(Epoch.YEAR.at(NOVEMBER).name()).isEqualTo("2026");
    }
}
