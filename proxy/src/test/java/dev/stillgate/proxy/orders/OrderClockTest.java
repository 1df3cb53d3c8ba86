package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OrderClockTest {
    private final FakeTicker ticker = new FakeTicker();
    private final long start = ticker.millis();
    private OptionalLong store = OptionalLong.empty();

    private OrderClock alone(long newest) {
        return new OrderClock(ticker, OptionalLong::empty, false, newest);
    }

    private OrderClock inFleet(long newest) {
        return new OrderClock(ticker, () -> store, true, newest);
    }

    private static long hours(long hours) {
        return Duration.ofHours(hours).toMillis();
    }

    @Test
    void timeFollowsTheWallClock() {
        OrderClock clock = alone(0);
        ticker.advance(Duration.ofDays(3));
        assertThat(clock.now()).isEqualTo(start + hours(72));
        ticker.jumpWallClock(Duration.ofMinutes(-50));
        assertThat(clock.now()).isEqualTo(ticker.millis());
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void playedCalendarIsNoJump() {
        Ticker played = new Ticker() {
            @Override
            public long nanos() {
                return ticker.nanos();
            }

            @Override
            public long millis() {
                return start + 5_760 * (ticker.millis() - start);
            }

            @Override
            public double pace() {
                return 5_760;
            }
        };
        OrderClock clock = new OrderClock(played, OptionalLong::empty, false, 0);
        ticker.advance(Duration.ofMinutes(10));
        assertThat(clock.now()).isEqualTo(start + hours(960));
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void jumpAheadHoldsUntilTheClockIsBack() {
        OrderClock clock = alone(0);
        ticker.jumpWallClock(Duration.ofDays(400));
        assertThat(clock.now()).isEqualTo(start);
        assertThat(clock.isHeld()).isTrue();
        ticker.advance(Duration.ofHours(5));
        assertThat(clock.now()).isEqualTo(start);
        ticker.jumpWallClock(Duration.ofDays(-400));
        assertThat(clock.now()).isEqualTo(start + hours(5));
        assertThat(clock.isHeld()).isFalse();
    }

    /** Whichever of the two times is wrong: an order ends only if both say so. */
    @Test
    void orderLastsByTheEarlierTimeWhileTheClockIsHeld() {
        OrderClock clock = alone(0);
        ticker.jumpWallClock(Duration.ofHours(-2));
        assertThat(clock.now()).isEqualTo(start - hours(2));
        assertThat(clock.given()).as("an order that is given").isEqualTo(start);
        assertThat(clock.isHeld()).isTrue();
        ticker.advance(Duration.ofHours(4));
        assertThat(clock.now()).as("stands still").isEqualTo(start);
        assertThat(clock.isHeld()).isTrue();
    }

    @Test
    void holdEndsWhenAnOperatorConfirmsTheClock() {
        OrderClock clock = alone(0);
        ticker.jumpWallClock(Duration.ofDays(400));
        assertThat(clock.isHeld()).isTrue();
        assertThat(clock.confirm()).isEqualTo(start + hours(9600));
        assertThat(clock.now()).isEqualTo(start + hours(9600));
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void holdEndsAfterADayWithoutAJump() {
        OrderClock clock = alone(0);
        ticker.jumpWallClock(Duration.ofDays(400));
        clock.now();
        ticker.advance(Duration.ofHours(20));
        assertThat(clock.isHeld()).isTrue();
        ticker.jumpWallClock(Duration.ofDays(3)); // the day begins again
        clock.now();
        ticker.advance(Duration.ofHours(20));
        assertThat(clock.now()).isEqualTo(start);
        ticker.advance(Duration.ofHours(4));
        assertThat(clock.now()).isEqualTo(ticker.millis());
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void startBeforeTheNewestOrderHolds() {
        OrderClock clock = alone(start + hours(2));
        assertThat(clock.isHeld()).isTrue();
        assertThat(clock.now()).isEqualTo(start);
        assertThat(clock.given()).isEqualTo(start + hours(2));
        ticker.jumpWallClock(Duration.ofHours(2));
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void startLessThanAnHourBeforeTheNewestOrderDoesNotHold() {
        assertThat(alone(start + hours(1)).isHeld()).isFalse();
    }

    @Test
    void gatewayOfAFleetHoldsUntilItsStoreIsHeard() {
        OrderClock clock = inFleet(start - hours(3));
        ticker.advance(Duration.ofHours(1));
        assertThat(clock.isHeld()).isTrue();
        assertThat(clock.now()).isEqualTo(start - hours(3));
        store = OptionalLong.of(start + 17);
        assertThat(clock.now()).isEqualTo(start + 17);
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void wallClockDoesNotMatterOnceTheStoreIsHeard() {
        OrderClock clock = inFleet(0);
        store = OptionalLong.of(start);
        clock.now();
        ticker.jumpWallClock(Duration.ofDays(400));
        store = OptionalLong.of(start + 5);
        assertThat(clock.now()).isEqualTo(start + 5);
        assertThat(clock.isHeld()).isFalse();
    }

    @Test
    void jumpOfTheStoreHolds() {
        OrderClock clock = inFleet(0);
        store = OptionalLong.of(start);
        clock.now();
        store = OptionalLong.of(start + hours(9600));
        assertThat(clock.now()).isEqualTo(start);
        assertThat(clock.isHeld()).isTrue();
    }

    @Test
    void storeThatIsFarAheadAtTheFirstContactHolds() {
        OrderClock clock = inFleet(start - hours(3));
        store = OptionalLong.of(start + hours(2400));
        assertThat(clock.now()).isEqualTo(start - hours(3));
        assertThat(clock.isHeld()).isTrue();
        ticker.advance(Duration.ofHours(23));
        store = OptionalLong.of(start + hours(2423));
        assertThat(clock.isHeld()).isTrue();
        store = OptionalLong.of(start + hours(23) + 5);
        assertThat(clock.confirm()).isEqualTo(start + hours(23) + 5);
    }

    @Test
    void storeIsFollowedIfTheWallClockOrTheNewestOrderAgrees() {
        ticker.jumpWallClock(Duration.ofDays(-100));
        OrderClock clock = inFleet(start - hours(1));
        store = OptionalLong.of(start);
        assertThat(clock.isHeld()).isFalse();
        assertThat(clock.now()).isEqualTo(start);
    }
}
