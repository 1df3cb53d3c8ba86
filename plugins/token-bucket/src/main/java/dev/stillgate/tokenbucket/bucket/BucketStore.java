package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.Erasures;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one filter, saved and restored across restarts if a directory is set. Time between save and restore, by the wall clock, refills the buckets; a
 * clock that was set back adds no tokens. Tokens of exchanges in flight at shutdown count as used.
 */
public final class BucketStore implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BucketStore.class.getName());
    private static final Duration MAX_AGE = Duration.ofDays(31);
    private static final String FILE = "buckets";

    private final Ticker ticker;
    private final Buckets buckets;
    private final Erasures erasures;
    private volatile @Nullable Path file;
    private volatile long failures;
    private long nextNanos;

    public BucketStore(Ticker ticker, Buckets buckets, Orders orders) {
        this.ticker = ticker;
        this.buckets = buckets;
        this.erasures = new Erasures(orders, ticker::nanos);
        this.nextNanos = ticker.nanos();
    }

    public Buckets buckets() {
        return buckets;
    }

    /** Restores the buckets of accounts that were not erased from a directory, and saves them there from now on. */
    public synchronized void open(Path directory, PolicyLimits limits) {
        if (file == null) {
            Path saved = directory.resolve(FILE);
            restore(saved, limits);
            readErasures(erased(saved));
            eraseWhenDue();
            file = saved;
        }
    }

    private static Path erased(Path file) {
        return file.resolveSibling(FILE + ".erased");
    }

    private void readErasures(Path from) {
        try {
            erasures.read(from);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read, all erasures are applied again: {1}", from, e);
        }
    }

    /** Deletes what is held of accounts that were erased since the last call, a moment later if that takes long. */
    public void eraseWhenDue() {
        try {
            erasures.applyDue(this::erase);
        } catch (IOException e) {
            throw new IllegalStateException("buckets in memory have no I/O", e);
        }
    }

    /**
     * Deletes what is held of erased accounts: buckets with their debts, pools, accepted claims, reports, and whom stored
     * responses were charged to. The buckets of address prefixes hold no account. Exchanges in flight settle with the deleted
     * buckets, and tokens leased from the fleet are given back.
     */
    private void erase(Predicate<String> isErased) {
        Predicate<String> isOfErased = owner ->
                isErased.test(owner.startsWith(Pools.OF_ACCOUNT) ? owner.substring(Pools.OF_ACCOUNT.length()) : owner);
        buckets.table(Owner.ACCOUNT).erase(isErased);
        buckets.table(Owner.USER).erase(id -> isErased.test(BucketTable.group(id)));
        buckets.pools().erase(isErased, isOfErased);
        buckets.provenClaims().erase(isErased);
        buckets.deferredCharges().erase(isErased);
        buckets.notices.erase(isOfErased);
        buckets.markChanged(true);
    }

    /**
     * Restores the saved buckets. An unreadable file is moved aside with a warning. It is not restored, and neither is
     * a file older than 31 days: their buckets start full.
     */
    private void restore(Path file, PolicyLimits limits) {
        try {
            Long saved = BucketsFile.read(file, BucketsFile.Reader.NONE); // verifies the whole file first
            if (saved == null) {
                return;
            }
            long elapsed = Math.max(0, ticker.millis() - saved);
            if (elapsed > MAX_AGE.toMillis()) {
                LOG.log(System.Logger.Level.WARNING, "{0} is older than 31 days and was not restored", file);
                return;
            }
            Restoration restoration =
                    new Restoration(limits, Duration.ofMillis(elapsed).toNanos());
            BucketsFile.read(file, restoration);
            LOG.log(System.Logger.Level.INFO, "Restored the buckets of {0} owners from {1}", restoration.owners, file);
        } catch (IOException e) {
            moveAside(file, e);
        }
    }

    /** Restores the entries of a file that was saved some nanoseconds ago. */
    private final class Restoration implements BucketsFile.Reader {
        private final PolicyLimits limits;
        private final long elapsed;
        private long owners;

        private Restoration(PolicyLimits limits, long elapsed) {
            this.limits = limits;
            this.elapsed = elapsed;
        }

        @Override
        public void entry(BucketsFile.Entry entry) {
            owners += restore(entry, limits, elapsed) ? 1 : 0;
        }

        @Override
        public void membership(String account, Membership saved) {
            buckets.pools().restore(account, saved.shiftedBy(buckets.now() - elapsed));
        }
    }

    private static void moveAside(Path file, IOException failure) {
        Path aside = file.resolveSibling(FILE + ".unreadable");
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} cannot be restored and is moved to {1}, buckets start full: {2}",
                file,
                aside,
                failure.getMessage());
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be moved: {1}", file, e);
        }
    }

    private boolean restore(BucketsFile.Entry entry, PolicyLimits limits, long elapsed) {
        BucketSet set = findOrCreate(entry, limits);
        OwnerLimits ownerLimits = limits.of(entry.owner(), entry.variant());
        if (set == null) {
            return false;
        }
        for (BucketsFile.BucketEntry bucketEntry : entry.buckets()) {
            BucketLimits bucketLimits = ownerLimits.bucketLimits(bucketEntry.kind());
            if (bucketLimits != null) {
                set.restore(
                        key(bucketEntry), bucketLimits, bucketEntry.limits(), buckets.now() - elapsed, buckets.now());
            }
        }
        pin(entry); // it was created full, so the cache would evict it too early
        return true;
    }

    /**
     * Returns the set to restore an entry to; null if the policy has no limits for it. Each saved account gets its own
     * set regardless of the bound: it may be a listed account, which the file does not say.
     */
    private @Nullable BucketSet findOrCreate(BucketsFile.Entry entry, PolicyLimits limits) {
        OwnerLimits own = limits.of(entry.owner(), entry.variant());
        if (entry.owner() == Owner.EVERYONE) {
            return own.isEmpty() ? null : buckets.everyone(own);
        }
        return buckets.table(entry.owner()).findOrCreate(entry.id(), own, Long.MAX_VALUE);
    }

    private int key(BucketsFile.BucketEntry bucketEntry) {
        int model = bucketEntry.model().isEmpty()
                ? ClientNames.OTHER
                : buckets.models().learn(bucketEntry.model());
        int route = bucketEntry.route().isEmpty()
                ? ClientNames.OTHER
                : buckets.routes().learn(bucketEntry.route());
        return BucketSet.key(bucketEntry.kind(), model, route);
    }

    /** Pins a restored set until it is full. */
    private void pin(BucketsFile.Entry entry) {
        if (entry.owner() != Owner.EVERYONE) { // which is never evicted
            buckets.table(entry.owner()).pin(entry.id());
        }
    }

    /** Saves the buckets if they have changed and a save is due. The pause after a save is twenty times its duration. */
    public synchronized void saveWhenDue() {
        Path target = file;
        long start = ticker.nanos();
        if (target != null && start - nextNanos >= 0 && buckets.clearChanged()) { // later changes are saved next time
            save(target);
            nextNanos = ticker.nanos() + 20 * (ticker.nanos() - start);
        }
    }

    /** Saves the buckets a last time. */
    @Override
    public synchronized void close() {
        Path target = file;
        if (target != null) {
            eraseWhenDue();
            save(target);
        }
        erasures.close();
    }

    /** Returns the number of failed saves since the start. */
    public long failures() {
        return failures;
    }

    /** Saves all buckets that are not full. A failure is logged and leaves the old file in place. */
    private synchronized void save(Path target) {
        try {
            BucketsFile.write(target, ticker.millis(), writer -> {
                for (Owner owner : Owner.values()) {
                    buckets.forEach(owner, (id, set) -> write(writer, owner, id, set));
                }
                long now = buckets.now();
                buckets.pools().forEachMembership((account, membership) -> write(writer, account, membership, now));
            });
            erasures.write(erased(target));
        } catch (IOException | WriteFailure e) {
            failures++;
            LOG.log(System.Logger.Level.WARNING, "{0} was not saved: {1}", target, String.valueOf(e.getMessage()));
        }
    }

    private void write(BucketsFile.Writer writer, Owner owner, String id, BucketSet set) {
        List<BucketsFile.BucketEntry> entries = new ArrayList<>();
        set.visit(buckets.now(), (bucket, now) -> {
            if (bucket.nanosUntilFull(now) > 0) {
                entries.add(bucketEntry(bucket, now));
            }
        });
        if (entries.isEmpty()) {
            return;
        }
        try {
            writer.entry(new BucketsFile.Entry(owner, id, set.limits().variant(), entries));
        } catch (IOException e) {
            throw new WriteFailure(e);
        }
    }

    private static void write(BucketsFile.Writer writer, String account, Membership membership, long now) {
        try {
            writer.membership(account, membership.shiftedBy(-now));
        } catch (IOException e) {
            throw new WriteFailure(e);
        }
    }

    private BucketsFile.BucketEntry bucketEntry(Bucket bucket, long now) {
        List<BucketsFile.LimitEntry> limitEntries = new ArrayList<>();
        BucketLimits limits = bucket.limits();
        for (int i = 0; i < limits.size(); i++) {
            limitEntries.add(bucket.snapshot(i, now));
        }
        return new BucketsFile.BucketEntry(
                BucketSet.kind(bucket.key()),
                text(buckets.models().name(BucketSet.model(bucket.key()))),
                text(buckets.routes().name(BucketSet.route(bucket.key()))),
                limitEntries);
    }

    private static String text(@Nullable String name) {
        return name == null ? "" : name;
    }

    /** Carries an {@link IOException} out of a lambda. */
    private static final class WriteFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private WriteFailure(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
