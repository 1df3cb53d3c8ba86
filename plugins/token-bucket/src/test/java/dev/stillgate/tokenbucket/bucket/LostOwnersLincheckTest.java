package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.lease.StoreState;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Linearisability of the count of lost owners. Several threads end the draws of two owners; an owner is lost and
 * counted once exactly if its last two rounds failed. Each failure advances the clock beyond the minimum time of a
 * loss, so that only the order of calls matters.
 */
@Tag("slow")
@Timeout(240)
@Param(name = "owner", gen = IntGen.class, conf = "0:1")
public class LostOwnersLincheckTest {
    private static final long STEP = Duration.ofSeconds(2).toNanos();
    private static final OwnerLimits LIMITS = new PolicyLimits(
                    Policies.policy(Policies.limit("requests", 10, "1/1h")), 0)
            .account(OwnerLimits.Variant.DEFAULT);
    private static final IllegalStateException REFUSED = new IllegalStateException("as meant");
    private static final Logger LOGGER = Logger.getLogger(StoreState.class.getName());

    static {
        LOGGER.setLevel(Level.OFF); // each run would log its first lost owner
    }

    /** A clock that does not advance. */
    private record Still() implements Ticker {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public long millis() {
            return 0;
        }
    }

    private final StoreState store = new StoreState("limits");
    private final List<OwnerDraws> draws =
            List.of(new OwnerDraws(Owner.ACCOUNT, "a", store), new OwnerDraws(Owner.ACCOUNT, "b", store));
    private final List<BucketSet> sets = draws.stream()
            .map(ownerDraws -> BucketSet.own(LIMITS, 0, ownerDraws))
            .toList();
    private final long[] clocks = new long[2];

    /** Ends a round of one failed draw. */
    @Operation
    public boolean fails(@Param(name = "owner") int owner) {
        BucketSet set = sets.get(owner);
        synchronized (set) {
            clocks[owner] += STEP;
            set.startDraw();
            set.drawFailed(REFUSED, clocks[owner]);
            return draws.get(owner).isLost();
        }
    }

    /** Ends a round of one granted draw. */
    @Operation
    public boolean succeeds(@Param(name = "owner") int owner) {
        BucketSet set = sets.get(owner);
        Bucket bucket = new Bucket(0, part(), 0, true);
        synchronized (set) {
            set.startDraw();
            set.completeDraw(bucket, part().get(0), 1, 1, clocks[owner]);
            return draws.get(owner).isLost();
        }
    }

    private static BucketLimits part() {
        BucketLimits part = LIMITS.bucketLimits(0);
        if (part == null) {
            throw new IllegalStateException("the limit is of the whole account");
        }
        return part;
    }

    @Operation
    public int count() {
        return store.lostOwners();
    }

    @Test
    @DisplayName("plugins 1: owners whose draws fail are counted exactly, under stress")
    void isLinearisableUnderStress() {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(100)
                .threads(3)
                .actorsPerThread(2)
                .check(LostOwnersLincheckTest.class);
    }

    @Test
    @DisplayName("plugins 1: owners whose draws fail are counted exactly, in model-checked schedules")
    void isLinearisableInModelCheckedSchedules() {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(50)
                .threads(2)
                .actorsPerThread(2)
                .check(LostOwnersLincheckTest.class);
    }
}
