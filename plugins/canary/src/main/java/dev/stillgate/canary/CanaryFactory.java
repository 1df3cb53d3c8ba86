package dev.stillgate.canary;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.EpochSecret;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.SavedAudits;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.canary.sketch.SketchStore;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.canary.text.table.TableException;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.PolicyReview;
import dev.stillgate.spi.orders.Erasures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates {@code canary} filters. */
public final class CanaryFactory implements FilterFactory<CanaryPolicy> {
    private static final System.Logger LOG = System.getLogger(CanaryFactory.class.getName());
    /** How often new keys are committed to the ledger. */
    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    /** How often sketches of responses are written. */
    private static final Duration SKETCH_INTERVAL = Duration.ofSeconds(1);

    /** How often keys of past epochs are removed. */
    private static final Duration EXPIRY_INTERVAL = Duration.ofHours(1);

    /** How long an epoch's secret has been committed before a beacon shows that it was not picked. */
    private static final Duration BEACON_AGE = Duration.ofHours(1);

    @Override
    public String type() {
        return "canary";
    }

    @Override
    public Class<CanaryPolicy> policyType() {
        return CanaryPolicy.class;
    }

    @Override
    public Filter create(CanaryPolicy policy, FilterContext context) {
        ClassTable table = table(policy.tables());
        MasterSecret master = secret(policy.secretFile());
        if (master.isTest()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "filter {0}: no secretFile and no ${1}: marks are made with the published test secret and prove nothing",
                    context.name(),
                    MasterSecret.VARIABLE);
        }
        Beacon beacon = policy.beacon() == null ? null : policy.beacon().read();
        KeyDeriver deriver = new KeyDeriver(master, ClassSheet.of(table), beacon);
        CanaryState state = context.state(CanaryState.class, () -> open(context));
        Keyring keyring = state.keyring();
        long millis = context.ticker().millis();
        EpochSecret secret = deriver.secret(policy.epochs().at(millis).name());
        if (beacon != null && state.ledger().isConfigured() && isTooEarly(state.ledger(), secret, millis)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "filter {0}: the beacon shows nothing, because {1} was not committed to the ledger an hour before:"
                            + " configure a value that appears later",
                    context.name(),
                    secret.name());
        }
        commitSecrets(keyring, deriver, policy, millis);
        if (state.ledger().isConfigured()) {
            context.background().every(COMMIT_INTERVAL, keyring::commit);
        }
        context.background().every(EXPIRY_INTERVAL, () -> {
            long now = context.ticker().millis();
            commitSecrets(keyring, deriver, policy, now);
            keyring.keepOnly(policy.epochs().at(now).name());
        });
        context.gauge("stillgate.canary.ledger.writable", () -> state.ledger().isReady() ? 1 : 0);
        context.gauge("stillgate.canary.ledger.leaves", state.ledger()::leaves);
        context.gauge("stillgate.canary.keys", () -> keyring.all().size());
        context.gauge("stillgate.canary.secret.published", () -> master.isTest() ? 1 : 0);
        context.adminView("canary", new Pages(state, deriver));
        context.adminView("dossiers", new DossierView(state, audits(context.stateDirectory())));
        SketchStore sketches = state.sketches();
        if (sketches != null) {
            keep(sketches, state.erasures(), policy.mostSketches(), context);
        }
        return new CanaryFilter(policy, table, deriver, SketchKey.of(master), state, context);
    }

    /** Queues the commitments to the secrets of this epoch and the next, which a later beacon needs. */
    private static void commitSecrets(Keyring keyring, KeyDeriver deriver, CanaryPolicy policy, long millis) {
        Epoch.Span now = policy.epochs().at(millis);
        keyring.commitSecret(deriver.secret(now.name()));
        keyring.commitSecret(deriver.secret(policy.epochs().at(now.until()).name()));
    }

    /**
     * Returns whether a beacon shows nothing because the secret of its epoch has not been committed for an hour.
     *
     * @param millis time at which the beacon is configured
     */
    static boolean isTooEarly(OptionalLedger ledger, EpochSecret secret, long millis) {
        Long committed = ledger.committed(Keyring.commitment(secret));
        return committed == null || millis - committed < BEACON_AGE.toMillis();
    }

    private static @Nullable SavedAudits audits(@Nullable Path directory) {
        return directory == null
                ? null
                : new SavedAudits(
                        directory.resolve(SavedAudits.DIRECTORY), line -> LOG.log(System.Logger.Level.WARNING, line));
    }

    private static CanaryState open(FilterContext context) {
        Path directory = context.stateDirectory();
        OptionalLedger ledger = OptionalLedger.open(directory, context.ticker());
        Erasures erasures = new Erasures(context.orders(), context.ticker()::nanos);
        if (directory == null || !ledger.isOpen()) {
            return new CanaryState(ledger, null, erasures);
        }
        Path sketches = directory.resolve(SketchStore.DIRECTORY);
        SketchStore store = new SketchStore(sketches, line -> LOG.log(System.Logger.Level.WARNING, line));
        try {
            erasures.read(store.applied());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "all erasures are applied to {0} again: {1}", sketches, e);
        }
        return new CanaryState(ledger, store, erasures);
    }

    private static void keep(SketchStore sketches, Erasures erasures, int most, FilterContext context) {
        context.background().every(SKETCH_INTERVAL, () -> {
            sketches.flush(most);
            try {
                erasures.applyDue(sketches::erase);
                erasures.write(sketches.applied());
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "sketches of erased accounts remain, tried again: {0}", e);
            }
        });
        context.gauge("stillgate.canary.sketches", sketches::size);
        context.gauge("stillgate.canary.sketches.lost", sketches::lost);
        context.adminAction("accounts", AdminAction.ERASE, (account, arguments) -> {
            try {
                long erased = sketches.erase(account::equals);
                return erased == 0 ? null : Map.of("sketches", erased);
            } catch (IOException e) {
                throw new UncheckedIOException("sketches of the account may remain; repeat the request", e);
            }
        });
    }

    /** Warns when marks would prove nothing, or when the policy has no filter that publishes standings. */
    @Override
    public void review(CanaryPolicy policy, PolicyReview review) {
        if (secret(policy.secretFile()).isTest()) {
            review.warn(
                    "",
                    "marks are made with the published test secret and prove nothing: set secretFile or "
                            + MasterSecret.VARIABLE);
        }
        if (policy.marksUnverified()) {
            review.namesTiers(Set.copyOf(policy.strataOrDefault().tierNames()));
            return;
        }
        if (policy.strata() != null) {
            review.warn("strata", "has no effect without from: unverified");
        }
        if (review.standings() == PolicyReview.StandingsSource.NONE) {
            review.warn("", "no filter of this policy publishes standings, so no answer is marked");
        }
    }

    private static ClassTable table(List<Path> files) {
        try {
            return files.isEmpty() ? ShippedTable.read() : ClassTable.read(files.toArray(Path[]::new));
        } catch (TableException e) {
            PolicyException refused = new PolicyException("classes", String.valueOf(e.getMessage()));
            refused.initCause(e);
            throw refused;
        }
    }

    private static MasterSecret secret(@Nullable Path file) {
        try {
            return MasterSecret.read(file, System.getenv());
        } catch (IOException e) {
            PolicyException refused =
                    new PolicyException(file == null ? "" : "secretFile", String.valueOf(e.getMessage()));
            refused.initCause(e);
            throw refused;
        }
    }

    /** The admin page {@code canary}: state of the ledger, and each key in use with its counts. */
    private record Pages(CanaryState state, KeyDeriver deriver) implements AdminView {
        private static final int MAX_KEYS = 1000;

        @Override
        public @Nullable Object of(String id) {
            return state.keyring().all().stream()
                    .filter(entry -> entry.name.equals(id))
                    .findFirst()
                    .map(Pages::show)
                    .orElse(null);
        }

        @Override
        public Object all() {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("secret", deriver.isTest() ? "the published test secret: marks prove nothing" : "your own");
            Beacon beacon = deriver.beacon();
            if (beacon != null) {
                shown.put("beacon", beacon.source());
            }
            shown.put("ledger", state.ledger().show());
            shown.put(
                    "keys",
                    state.keyring().all().stream()
                            .limit(MAX_KEYS)
                            .map(Pages::show)
                            .toList());
            return shown;
        }

        private static Map<String, Object> show(Keyring.Entry entry) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("key", entry.name);
            shown.put("usable", entry.isUsable());
            shown.put("committed", entry.leaf >= 0);
            shown.put("answers", entry.answers.sum());
            shown.put("sites", entry.sites.sum());
            return shown;
        }
    }
}
