package dev.stillgate.loadtests.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.proxy.backtest.TextVolume;
import org.junit.jupiter.api.Test;

class TextVolumesTest {
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final TextVolume FREE = new TextVolume(0, 0, 10);
    private static final TextVolume REFUSED = new TextVolume(10, 0, 0);

    /** Returns the text of one request per hour, free in the first hours and refused afterwards. */
    private static TextVolumes hourly(int days, int freeHours) {
        TextVolumes volumes = new TextVolumes();
        for (int hour = 0; hour <= days * 24; hour++) {
            volumes.add(1_000 + hour * HOUR, hour < freeHours ? FREE : REFUSED);
        }
        return volumes;
    }

    @Test
    void campaignIsExtrapolatedFromItsLastQuarter() {
        TextVolumes caught = hourly(8, 48);
        assertThat(caught.requests()).isEqualTo(193);
        assertThat(caught.firstMillis()).isEqualTo(1_000);
        assertThat(caught.total()).isEqualTo(new TextVolume(1_450, 0, 480));
        assertThat(caught.shares().free()).isCloseTo(48 / 193.0, within(1e-12));
        assertThat(caught.shares44d().free())
                .as("nothing is free afterwards")
                .isCloseTo(48 / 193.0 * 8 / 44, within(1e-12));
        assertThat(caught.shares44d().refused()).isCloseTo(1 - 48 / 193.0 * 8 / 44, within(1e-12));

        TextVolumes late = hourly(8, 156); // the last quarter begins at hour 144 and has 49 requests
        assertThat(late.shares44d().free()).isCloseTo(156 / 193.0 * 8 / 44 + 12 / 49.0 * 36 / 44, within(1e-12));
    }

    @Test
    void lastQuarterIsAtLeastOneDay() {
        TextVolumes volumes = hourly(2, 30); // the last day begins at hour 24 and has 25 requests
        assertThat(volumes.shares44d().free()).isCloseTo(30 / 49.0 * 2 / 44 + 6 / 25.0 * 42 / 44, within(1e-12));
        assertThat(hourly(0, 1).shares44d()).isEqualTo(new TextShares(0, 0, 1));
        TextVolumes hours = new TextVolumes();
        hours.add(0, FREE);
        hours.add(6 * HOUR, REFUSED);
        assertThat(hours.shares44d().free())
                .as("the last day covers everything")
                .isEqualTo(0.5);
    }

    @Test
    void firstDaysCountForLongCampaigns() {
        TextVolumes volumes = hourly(60, 22 * 24);
        assertThat(volumes.shares44d().free()).isEqualTo(0.5);
        assertThat(volumes.shares().free()).isEqualTo(528 / 1441.0);
    }

    @Test
    void sharesAfterATimeLeaveOutEarlierRequests() {
        TextVolumes volumes = hourly(4, 60);
        assertThat(volumes.sharesAfter(48 * HOUR).free()).isEqualTo(12 / 49.0);
        assertThat(volumes.sharesAfter(0)).isEqualTo(volumes.shares());
        assertThat(volumes.sharesAfter(5 * DAY)).isEqualTo(TextShares.NONE);
    }

    @Test
    void noTextHasNoShares() {
        TextVolumes volumes = new TextVolumes();
        assertThat(volumes.shares().isNone()).isTrue();
        assertThat(volumes.shares44d().isNone()).isTrue();
        assertThat(volumes.firstMillis()).isEqualTo(-1);
        volumes.add(0, TextVolume.NONE);
        assertThat(volumes.requests()).isEqualTo(1);
        assertThat(volumes.shares44d().isNone()).isTrue();
    }

    @Test
    void quietLastQuarterKeepsTheSharesSoFar() {
        TextVolumes volumes = new TextVolumes();
        volumes.add(0, REFUSED);
        volumes.add(10 * DAY, TextVolume.NONE);
        assertThat(volumes.shares44d()).isEqualTo(new TextShares(1, 0, 0));
    }

    @Test
    void pauseOfMonthsIsSupported() {
        TextVolumes volumes = new TextVolumes();
        volumes.add(0, FREE);
        volumes.add(300 * DAY, REFUSED);
        assertThat(volumes.shares44d().free()).isEqualTo(1);
        assertThat(volumes.shares().free()).isEqualTo(0.5);
    }

    @Test
    void earlierTimeCountsAsTheFirstMinute() {
        TextVolumes volumes = new TextVolumes();
        volumes.add(DAY, FREE);
        volumes.add(0, REFUSED);
        assertThat(volumes.total()).isEqualTo(new TextVolume(10, 0, 10));
        assertThat(volumes.firstMillis()).isEqualTo(DAY);
        assertThat(volumes.sharesAfter(60_000).isNone()).isTrue();
    }
}
