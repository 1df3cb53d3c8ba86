package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HarvestTest {
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    /** Returns a harvest of one exchange per hour, harvested in the first hours. */
    private static Harvest hourly(int days, int harvestedHours) {
        Harvest harvest = new Harvest();
        for (int hour = 0; hour <= days * 24; hour++) {
            harvest.add(1_000 + hour * HOUR, hour < harvestedHours);
        }
        return harvest;
    }

    @Test
    void campaignIsExtrapolatedFromItsLastQuarter() {
        Harvest caught = hourly(8, 48);
        assertThat(caught.exchanges()).isEqualTo(193);
        assertThat(caught.fraction()).isEqualTo(48 / 193.0);
        assertThat(caught.fraction44d()).as("no harvest afterwards").isCloseTo(48 / 193.0 * 8 / 44, within(1e-12));

        Harvest late = hourly(8, 156); // the last quarter begins at hour 144 and has 49 exchanges
        assertThat(late.fraction44d()).isCloseTo(156 / 193.0 * 8 / 44 + 12 / 49.0 * 36 / 44, within(1e-12));
    }

    @Test
    void lastQuarterIsAtLeastOneDay() {
        Harvest harvest = hourly(2, 30); // the last day begins at hour 24 and has 25 exchanges
        assertThat(harvest.fraction44d()).isCloseTo(30 / 49.0 * 2 / 44 + 6 / 25.0 * 42 / 44, within(1e-12));
        assertThat(hourly(0, 1).fraction44d()).isEqualTo(1);
        Harvest hours = new Harvest();
        hours.add(0, true);
        hours.add(6 * HOUR, false);
        assertThat(hours.fraction44d()).as("the last day covers everything").isEqualTo(0.5);
    }

    @Test
    void firstDaysCountForLongCampaigns() {
        Harvest harvest = hourly(60, 22 * 24);
        assertThat(harvest.fraction44d()).isEqualTo(0.5);
        assertThat(harvest.fraction()).isEqualTo(528 / 1441.0);
    }

    @Test
    void emptyHarvestHasNoFraction() {
        assertThat(new Harvest().fraction()).isNaN();
        assertThat(new Harvest().fraction44d()).isNaN();
    }

    @Test
    void pauseOfMonthsIsSupported() {
        Harvest harvest = new Harvest();
        harvest.add(0, true);
        harvest.add(300 * DAY, false);
        assertThat(harvest.fraction44d()).isEqualTo(1);
        assertThat(harvest.fraction()).isEqualTo(0.5);
    }
}
