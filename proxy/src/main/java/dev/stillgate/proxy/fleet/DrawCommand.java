package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Drawn;
import dev.stillgate.spi.SharedBuckets.Terms;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.MutableBucketEntry;
import io.github.bucket4j.distributed.remote.RemoteBucketState;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.RemoteStat;
import io.github.bucket4j.distributed.serialization.SerializationHandle;
import io.github.bucket4j.distributed.versioning.Version;
import io.github.bucket4j.distributed.versioning.Versions;
import java.util.function.BooleanSupplier;

/**
 * One draw as a single Bucket4j command, so that new terms, owed tokens and wanted tokens cost one read and one
 * compare-and-swap together. The command runs in the gateway, never in the store. A draw without effect is not written.
 */
final class DrawCommand implements RemoteCommand<Drawn> {
    private static final String BANDWIDTH = "tokens";

    private final Draw draw;
    private final BucketConfiguration terms;
    private final BooleanSupplier abandoned;

    /**
     * Creates the command of a draw.
     *
     * @param abandoned returns true once the result is no longer awaited; the command then changes nothing
     * @throws IllegalArgumentException if the terms are invalid or a number is out of range
     */
    DrawCommand(Draw draw, BooleanSupplier abandoned) {
        if (draw.wanted() < 0) {
            throw new IllegalArgumentException(draw.wanted() + " tokens wanted");
        }
        this.draw = draw;
        this.terms = configuration(draw.terms());
        this.abandoned = abandoned;
    }

    private static BucketConfiguration configuration(Terms terms) {
        var bandwidth = Bandwidth.builder().capacity(terms.capacity());
        var refilled = terms.interval()
                ? bandwidth.refillIntervally(terms.refillTokens(), terms.refillPeriod())
                : bandwidth.refillGreedy(terms.refillTokens(), terms.refillPeriod());
        return BucketConfiguration.builder()
                .addLimit(refilled.id(BANDWIDTH).build())
                .build();
    }

    @Override
    public CommandResult<Drawn> execute(MutableBucketEntry entry, long now) {
        boolean changed = !entry.exists();
        RemoteBucketState state = changed ? full(now) : entry.get();
        state.refillAllBandwidth(now);
        if (!state.getConfiguration().equals(terms)) {
            state = underNewTerms(state, now);
            changed = true;
        }
        settle(state);
        long granted = Math.clamp(state.getAvailableTokens(), 0, draw.wanted());
        state.consume(granted);
        changed |= draw.owed() != 0 || granted != 0;
        if (changed && !abandoned.getAsBoolean()) {
            entry.set(state);
        }
        Drawn drawn = new Drawn(granted, state.getAvailableTokens());
        return CommandResult.success(drawn, CommandResult.NOTHING.getResultTypeId());
    }

    /**
     * Applies new terms and keeps the available tokens. A changed refill interval restarts, because the elapsed part of
     * the old one does not count at the new pace.
     */
    private RemoteBucketState underNewTerms(RemoteBucketState state, long now) {
        Bandwidth before = state.getConfiguration().getBandwidths()[0];
        Bandwidth after = terms.getBandwidths()[0];
        boolean keepsInterval = !before.isRefillIntervally()
                || (after.isRefillIntervally()
                        && before.getRefillTokens() == after.getRefillTokens()
                        && before.getRefillPeriodNanos() == after.getRefillPeriodNanos());
        if (keepsInterval) {
            state.replaceConfiguration(terms, TokensInheritanceStrategy.AS_IS, now);
            return state;
        }
        RemoteBucketState restarted = full(now);
        restarted.consume(Math.max(0, Math.subtractExact(after.getCapacity(), state.getAvailableTokens())));
        return restarted;
    }

    private RemoteBucketState full(long now) {
        return new RemoteBucketState(
                BucketState.createInitialState(terms, MathType.INTEGER_64_BITS, now), new RemoteStat(0), null);
    }

    private void settle(RemoteBucketState state) {
        long owed = draw.owed();
        if (owed > 0) {
            long left = Math.subtractExact(state.getAvailableTokens(), owed);
            state.consume(state.getAvailableTokens() - left);
        } else if (owed < 0) {
            state.addTokens(Math.negateExact(owed));
        }
    }

    @Override
    public long estimateTokensToConsume() {
        return draw.wanted() + Math.max(0, draw.owed());
    }

    @Override
    public long getConsumedTokens(Drawn drawn) {
        return drawn.granted() + Math.max(0, draw.owed());
    }

    @Override
    public boolean isImmediateSyncRequired(long unsynchronizedTokens, long nanosSinceLastSync) {
        return true;
    }

    @Override
    public Version getRequiredVersion() {
        return Versions.getLatest();
    }

    @Override
    public SerializationHandle<RemoteCommand<?>> getSerializationHandle() {
        throw new UnsupportedOperationException("draws run in the gateway and are never serialized");
    }
}
