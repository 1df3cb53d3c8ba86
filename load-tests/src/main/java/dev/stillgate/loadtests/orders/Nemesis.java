package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.fleet.GatewayProcess;
import dev.stillgate.loadtests.orders.Fault.Target;
import dev.stillgate.loadtests.orders.Plan.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets the faults of a plan happen, several at once on different targets, and heals them. Not thread-safe. */
final class Nemesis {
    private static final long FAR_SECONDS = TimeUnit.DAYS.toSeconds(100);
    private static final long[] JUMPS = {7200, -10_800, 90, -FAR_SECONDS, FAR_SECONDS};

    /** Time in which responses of a gateway that was killed are noted, before a disk is lost. */
    private static final long NOTED_MILLIS = 300;

    private final List<Member> members;
    private final Store store;
    private final Holdings holdings;
    private final Intruder intruder;
    private final OperationLog log;
    private final List<Semaphore> targets = new ArrayList<>();
    private final List<Thread> active = new ArrayList<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private CountDownLatch healing = new CountDownLatch(1);

    Nemesis(List<Member> members, Store store, Holdings holdings, Intruder intruder, OperationLog log) {
        this.members = members;
        this.store = store;
        this.holdings = holdings;
        this.intruder = intruder;
        this.log = log;
        for (int i = 0; i < 3 * members.size() + 1; i++) {
            targets.add(new Semaphore(1));
        }
    }

    /** Lets faults happen for some time, and heals all of them. */
    void run(Plan plan, long millis) throws IOException, InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        healing = new CountDownLatch(1);
        while (System.nanoTime() < end && failure.get() == null) {
            Step step = plan.nextFault();
            Thread.sleep(step.afterMillis());
            List<Semaphore> wanted = targets(step);
            if (wanted.stream().allMatch(Semaphore::tryAcquire)) {
                active.add(Thread.ofVirtual().start(() -> perform(step, wanted)));
            } else {
                log.count("skipped");
            }
        }
        healing.countDown();
        for (Thread thread : active) {
            thread.join();
        }
        active.clear();
        Exception failed = failure.get();
        if (failed != null) {
            throw new IOException(failed);
        }
    }

    private List<Semaphore> targets(Step step) {
        int gateways = members.size();
        return switch (step.fault().target()) {
            case PROCESS -> List.of(targets.get(step.gateway()));
            case LINK -> List.of(targets.get(gateways + step.gateway()));
            case CLOCK -> List.of(targets.get(2 * gateways + step.gateway()));
            case STORE -> List.of(targets.getLast());
            case FLEET -> targets.subList(0, gateways);
        };
    }

    private void perform(Step step, List<Semaphore> held) {
        String name = step.fault().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        boolean hasGateway =
                step.fault().target() != Target.STORE && step.fault().target() != Target.FLEET;
        String what = name + (hasGateway ? " at gateway " + step.gateway() : "");
        log.line("fault: " + what);
        log.count("fault " + name);
        try {
            happen(step);
            log.line("healed: " + what);
        } catch (IOException | RuntimeException e) {
            log.line("failed: " + what + ": " + e);
            failure.compareAndSet(null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        held.forEach(Semaphore::release);
    }

    private void happen(Step step) throws IOException, InterruptedException {
        Member member = members.get(step.gateway());
        switch (step.fault()) {
            case KILL -> restart(member, step, Set.of(), Set.of());
            case EMPTY_DISK -> restart(member, step, Set.of(step.gateway()), Set.of());
            case OLD_DISK -> restart(member, step, Set.of(), Set.of(step.gateway()));
            case TERMINATE -> {
                member.terminate();
                last(step);
                member.start();
            }
            case PAUSE -> pause(member, step);
            case WITHDRAW -> intruder.withdraw(member);
            case KEY_SWAP -> intruder.swapKeys(member);
            case JOURNAL_REPLACED -> intruder.damage(member, false);
            case JOURNAL_CUT -> intruder.damage(member, true);
            case JOURNAL_LOST -> loseJournal(member, step);
            case CLOCK_AT_START -> {
                member.kill();
                member.clock(FAR_SECONDS);
                member.start();
                last(step);
                member.clock(0);
            }
            case CUT -> link(member, step, StoreLink.State.CUT);
            case STALL -> link(member, step, StoreLink.State.STALLED);
            case STALL_REPLIES -> link(member, step, StoreLink.State.REPLIES_STALLED);
            case DELAY -> link(member, step, StoreLink.State.DELAYED);
            case CLOCK_AHEAD -> clock(member, step, FAR_SECONDS);
            case CLOCK_BEHIND -> clock(member, step, -FAR_SECONDS);
            case CLOCK_JUMPS -> clock(member, step, JUMPS);
            case STORE_KILLED -> killStore(step, false);
            case STORE_LOST -> killStore(step, true);
            case STORE_PAUSED -> {
                store.process().stop();
                last(step);
                store.process().resume();
            }
            case STORE_FLUSHED -> {
                if (loses("store flushed", Set.of(Holdings.STORE), Set.of())) {
                    store.send("FLUSHALL");
                }
            }
            case STORE_FULL -> {
                store.send("CONFIG", "SET", "maxmemory", "1mb");
                last(step);
                store.send("CONFIG", "SET", "maxmemory", "100mb");
            }
            case FLEET_RESTART -> restartFleet(step);
        }
    }

    /** Waits as long as the fault lasts, or until everything is healed. */
    private void last(Step step) throws InterruptedException {
        healing.await(step.lastsMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns whether places may lose what they have; logs if the last copy of an order would be lost. */
    private boolean loses(String what, Set<Integer> emptied, Set<Integer> restored) {
        boolean may = holdings.mayLose(emptied, restored);
        if (!may) {
            log.line("kept, since it has the last copy of an order: " + what);
            log.count("kept a last copy");
        }
        return may;
    }

    private void restart(Member member, Step step, Set<Integer> emptied, Set<Integer> restored)
            throws IOException, InterruptedException {
        member.kill();
        last(step);
        replaceDisks(emptied, restored);
        member.start();
    }

    private void loseJournal(Member member, Step step) throws IOException, InterruptedException {
        member.kill();
        last(step);
        Thread.sleep(NOTED_MILLIS);
        intruder.cutWhileDown(member, loses("journal", Set.of(step.gateway()), Set.of()));
    }

    /** Replaces disks of gateways that do not run, unless an order would be lost. */
    private void replaceDisks(Set<Integer> emptied, Set<Integer> restored) throws IOException, InterruptedException {
        Thread.sleep(NOTED_MILLIS);
        if ((emptied.isEmpty() && restored.isEmpty()) || !loses("disk", emptied, restored)) {
            return;
        }
        for (int gateway : emptied) {
            members.get(gateway).emptyDisk();
        }
        for (int gateway : restored) {
            if (holdings.hasCopy(gateway)) {
                members.get(gateway).restoreDisk();
            } else {
                members.get(gateway).emptyDisk();
            }
        }
    }

    private void restartFleet(Step step) throws IOException, InterruptedException {
        for (Member member : members) {
            member.kill();
        }
        int next = (step.gateway() + 1) % members.size();
        replaceDisks(Set.of(step.gateway()), Set.of(next));
        startAll(members);
    }

    /** Starts gateways side by side. */
    static void startAll(List<Member> members) throws IOException, InterruptedException {
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        List<Thread> starts = new ArrayList<>();
        for (Member member : members) {
            starts.add(Thread.ofVirtual().start(() -> {
                try {
                    member.start();
                } catch (IOException e) {
                    failed.set(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread start : starts) {
            start.join();
        }
        IOException failure = failed.get();
        if (failure != null) {
            throw failure;
        }
    }

    private void pause(Member member, Step step) throws IOException, InterruptedException {
        GatewayProcess process = member.process();
        if (process != null) {
            process.stop();
            last(step);
            process.resume();
        }
    }

    private void link(Member member, Step step, StoreLink.State state) throws InterruptedException {
        member.link().set(state);
        last(step);
        member.link().set(StoreLink.State.OPEN);
    }

    private void clock(Member member, Step step, long... jumps) throws IOException, InterruptedException {
        for (long seconds : jumps) {
            member.clock(seconds);
            healing.await(step.lastsMillis() / jumps.length, TimeUnit.MILLISECONDS);
        }
        member.clock(0);
    }

    private void killStore(Step step, boolean withFile) throws IOException, InterruptedException {
        store.process().kill();
        last(step);
        Thread.sleep(NOTED_MILLIS);
        if (withFile && loses("store", Set.of(Holdings.STORE), Set.of())) {
            store.process().wipe();
        }
        store.process().restart();
    }
}
